"""A folder that is called after no supplier of its month is told what its name may mean."""

from __future__ import annotations

import pytest

from de06_pipeline.areas.suppliers import SupplierBook
from de06_pipeline.commands.names import supplier_named
from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.errors import UsageError
from de06_pipeline.ingest.open_delivery import refuse_supplier
from de06_pipeline.landing.discover import Delivery
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit.areas_cases import BOOK, REFERENCE

SUPPLIERS = SupplierBook.load(REFERENCE, BOOK)
CONTRACT = load_contracts(REPOSITORY / "data_contracts" / "sources")["dvc_dossiers"]


@pytest.mark.parametrize(
    ("name", "month", "english", "vietnamese"),
    [
        ("quang-nam", "2025-07", "belongs to da-nang since", "địa bàn thuộc da-nang"),
        ("ha-giang", "2025-07", "belongs to tuyen-quang since", "địa bàn thuộc tuyen-quang"),
        ("quang-nan", "2024-06", "quang-nam", "quang-nam"),
    ],
)
def test_who_came_after_it_else_the_nearest_name(
    name: str, month: str, english: str, vietnamese: str
) -> None:
    delivery = Delivery("dvc_dossiers", Month.parse(month), name, 0, (), ())
    (reason,) = refuse_supplier(delivery, CONTRACT, SUPPLIERS).reasons
    assert english in reason.en
    assert vietnamese in reason.vi
    with pytest.raises(UsageError, match=english) as caught:
        supplier_named(SUPPLIERS, name, Month.parse(month))
    assert vietnamese in caught.value.vi
    if "since" in english:
        for text in (reason.en, reason.vi, str(caught.value), caught.value.vi):
            assert "quang-ngai" not in text
            assert "an-giang" not in text.replace("ha-giang", "")
