"""A record is never left out for what its cells say: rows that fill what a record must fill are all
read, in every contract.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.ingest.open_file import expected_table
from de06_pipeline.landing.table.header_rows import find_heading
from de06_pipeline.landing.table.other_rows import RecordFilter
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.laws import examples

CONTRACTS = load_contracts(REPOSITORY / "data_contracts" / "sources")
SUSPECT = st.sampled_from(
    [
        *("Tổng cộng", "Tổng số: 12", "Cộng", "Lũy kế", "I", "IV.", "II. Khối xã", "Trong đó:"),
        *("Người lập biểu", "Thủ trưởng đơn vị", "(Ký, ghi rõ họ tên)", "Ghi chú: x", "KT."),
        *("ngày 05 tháng 7 năm 2024", "Ví dụ", "Ví dụ: x", "[EXAMPLE]", "[Mẫu 05] x", "[TEST] 1"),
        *("<NULL>", "<Mã gồm chữ và số>", "(1)", "2", "A", "Đơn vị tính: nghìn", "(triệu đồng)"),
        *("STT", "Nơi nhận", ""),
    ]
)


@settings(max_examples=examples(300))
@given(data=st.data())
def test_records_are_all_read(data: st.DataObject) -> None:
    contract = data.draw(st.sampled_from([*CONTRACTS.values()]))
    expected = expected_table(contract)
    names = [field.header_vi or field.name for field in contract.delivered_fields]
    heading = find_heading([names], expected)
    assert heading is not None
    records = RecordFilter(heading, expected)
    needed = set(heading.positions(expected.filled))
    keys = set(heading.positions(expected.keys))
    for row in range(2, 2 + data.draw(st.integers(1, 4))):
        cells = [data.draw(SUSPECT) for _ in names]
        for position in needed | keys:
            # What is given there is no label of a row; the rest may say anything.
            if position in keys or not cells[position] or position == 0:
                cells[position] = f"giá trị {row}"
        assert records.is_record(cells, row), cells
    assert records.left_out.scale is None
