"""What `de06 validate` warns of before a file is sent: in words and numbers that people write."""

from __future__ import annotations

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.monthly.preview import PreviewFigure, _falls, _out_of_band
from de06_pipeline.periods import Month
from de06_pipeline.registry.load import load_registry
from de06_pipeline.settings import REPOSITORY

AREAS = AreaBook.load(REPOSITORY / "data_contracts" / "reference")
REGISTRY = load_registry(REPOSITORY / "data_contracts" / "indicators")


def test_large_counts_are_written_out() -> None:
    """17.882 dossiers were "1.788e+04"."""
    received = REGISTRY.indicator("dvc.received")
    province = AREAS.by_code("province", "80", Month(2024, 6))
    assert province is not None
    key = (province.area_id, received.code)
    now = {key: PreviewFigure(0, 0)}
    history = [{key: PreviewFigure(count, count)} for count in (17_500, 18_100, 17_882)]
    (fall,) = _falls(AREAS, [received], now, history[-1])
    assert fall.vi == "Tỉnh Long An: Hồ sơ tiếp nhận trong kỳ là 0 (kỳ trước 17.882)"
    assert fall.en == "Tỉnh Long An: Dossiers received is 0 (last month 17,882)"
    (outside,) = _out_of_band(AREAS, [received], now, history)
    assert "ngoài khoảng 8.940-35.765 của các kỳ trước" in outside.vi
    assert "outside 8,940-35,765 of the months before" in outside.en
