"""The data dictionary is what the contracts say now."""

from __future__ import annotations

from pathlib import Path

from de06_pipeline.contracts.dictionary import DICTIONARY, dictionary
from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit.contract_rows import CONTRACTS
from de06_pipeline_tests.unit.small_contract import write


def test_the_written_dictionary_is_up_to_date() -> None:
    written = (REPOSITORY / DICTIONARY).read_text(encoding="utf-8")
    assert written == dictionary(CONTRACTS), "run: python -m de06_pipeline.contracts.dictionary"


def test_a_dictionary_names_fields_rules_and_values(tmp_path: Path) -> None:
    write(tmp_path)
    text = dictionary(load_contracts(tmp_path))
    assert (
        "| `visit_id` | Mã lượt | code | key, column required | restricted | Identifier of the visit. |"
        in text
    )
    assert (
        "| `guest` | Họ tên | text |  | personal, never stored | Name of the guest; never stored. |"
        in text
    )
    assert (
        "| `is_in_month` | yes_no | no | The arrival lies in the month. | `arrived_on >= month_start and arrived_on < month_end` |"
        in text
    )
    assert (
        "| `visits.arrived_on.in_month` | warning | arrived_on | The arrival is not in the month. | Ngày đến ngoài tháng. |"
        in text
    )
    assert "| `channel` | 1 Trực tiếp · 2 Trực tuyến |" in text
