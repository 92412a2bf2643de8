"""Opening deliveries: whose they are, and what their files hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.areas import suggestions
from de06_pipeline.areas.suppliers import Supplier, SupplierBook
from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.ingest.context import IngestContext
from de06_pipeline.ingest.open_file import OpenedFile, expected_table, open_file
from de06_pipeline.ingest.outcome import DeliveryOutcome, FileOutcome, FileProblem
from de06_pipeline.landing.discover import Delivery
from de06_pipeline.landing.misplaced import nearest_suppliers
from de06_pipeline.parsing.typed import TypedInput


@dataclass(frozen=True, slots=True)
class OpenedDelivery:
    """One delivery of a batch after reading.

    Attributes:
        number: of the delivery in the batch, from 1.
        files_before: how many files the deliveries before it have; its own follow in order.
    """

    number: int
    delivery: Delivery
    supplier: Supplier
    files_before: int
    files: tuple[OpenedFile, ...]

    @property
    def usable(self) -> list[OpenedFile]:
        return [file for file in self.files if file.usable]

    def number_in_batch(self, file: OpenedFile) -> int:
        return self.files_before + file.outcome.file_no


def open_deliveries(
    deliveries: Sequence[Delivery], contract: Contract, context: IngestContext
) -> list[OpenedDelivery]:
    """Read the files of all deliveries but those of unknown suppliers."""
    opened: list[OpenedDelivery] = []
    files_before = 0
    expected = expected_table(contract)
    for delivery in deliveries:
        supplier = context.suppliers.get(delivery.supplier, delivery.month)
        if supplier is None:
            continue
        number = len(opened) + 1
        folder = context.workdir / f"delivery-{number}"
        folder.mkdir(mode=0o700)
        columns = context.columns(delivery.supplier)
        files = tuple(
            open_file(
                file_no,
                landed,
                contract,
                delivery.month,
                expected,
                folder,
                context.progress,
                context.duck.threads,
                columns,
            )
            for file_no, landed in enumerate(delivery.files, start=1)
        )
        opened.append(OpenedDelivery(number, delivery, supplier, files_before, files))
        files_before += len(files)
    return opened


def bytes_of_records(opened: Sequence[OpenedDelivery]) -> int:
    """How large the records that were read are."""
    return sum(path.stat().st_size for path in _records(opened))


def remove_records(opened: Sequence[OpenedDelivery]) -> None:
    """Remove the records that were read, when nothing needs them any more."""
    for path in _records(opened):
        path.unlink()


def _records(opened: Sequence[OpenedDelivery]) -> list[Path]:
    read = [file.read for member in opened for file in member.usable if file.read]
    return [path for file in read for path in file.records]


def typed_input(member: OpenedDelivery, opened: OpenedFile) -> TypedInput:
    read, header = opened.read, opened.header
    assert read is not None
    assert header is not None
    return TypedInput(
        file_no=member.number_in_batch(opened),
        records=read.records,
        record_count=read.record_count,
        columns_in_file=len(read.header),
        positions=header.positions,
        delivery_no=member.number,
        texts=read.texts,
    )


def refuse_supplier(
    delivery: Delivery, contract: Contract, suppliers: SupplierBook
) -> DeliveryOutcome:
    """A folder whose name is no supplier's in that month: nothing is read, since nobody could say
    which areas it covers.
    """
    hint = _meant_supplier(delivery, suppliers)
    message = Message(
        f"“{delivery.supplier}” không phải đơn vị gửi trong tháng {delivery.month}.{hint.vi} "
        "Đổi tên thư mục theo data_contracts/reference/suppliers.csv, hoặc thêm đơn vị vào danh sách đó.",
        f"'{delivery.supplier}' is not a supplier in {delivery.month}.{hint.en} "
        "Rename the folder as in data_contracts/reference/suppliers.csv, or add the supplier there.",
    )
    problem = FileProblem("readable", "unknown_supplier", message)
    files = tuple(
        FileOutcome(
            number, f.name, "", f.bytes, f.modified_at, format="", encoding="", problem=problem
        )
        for number, f in enumerate(delivery.files, start=1)
    )
    return DeliveryOutcome(delivery, contract.version, files, (), None, None, (message,), sql="")


def _meant_supplier(delivery: Delivery, suppliers: SupplierBook) -> Message:
    """What to say of a folder's name: who came after it, else what it may mean; empty where nothing
    is near.
    """
    if former := suppliers.former(delivery.supplier, delivery.month):
        # A name that is spelt nearly like it would be that of another province.
        hint = suggestions.ended(former)
        return Message(f" {hint.vi}", f" {hint.en}")
    listed = [supplier.name for supplier in suppliers.in_force(delivery.month)]
    near = nearest_suppliers(delivery.supplier, listed)
    if not near:
        return Message("", "")
    return Message(f" Có phải là {' hoặc '.join(near)}?", f" Is it {' or '.join(near)}?")
