"""Which accepted rows a month is computed from: the warehouse's pointers, restricted to who may
speak for whom in that month.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from de06_pipeline.areas.suppliers import NATIONAL, SupplierBook
from de06_pipeline.contracts.load import contract_of
from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.connection import DuckSettings, memory_database
from de06_pipeline.duck.quoting import literal
from de06_pipeline.indicators.cells.accepted_rows import AcceptedFile
from de06_pipeline.monthly.lake import Lake
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.accepted import accepted_in_force, all_accepted
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer, CellsPointer
from de06_pipeline.warehouse.figures.basis import Delivered
from de06_pipeline.warehouse.store import Warehouse


def accepted_for(
    warehouse: Warehouse, suppliers: SupplierBook, contract: Contract, month: Month
) -> tuple[AcceptedPointer, ...]:
    """The accepted rows of a dataset in force for a month, by supplier.

    A snapshot that was not delivered is carried from its supplier's last accepted month, unless the
    supplier no longer exists: Long An's register of 2025-06 says nothing about 2025-07. Nor is a
    province's own carried past a newer national one, which covers it too.
    """
    pointers = accepted_in_force(warehouse, contract.dataset, month, carry=contract.snapshot)
    return _newest(p for p in pointers if suppliers.get(p.supplier, month) is not None)


def _newest(pointers: Iterable[AcceptedPointer]) -> tuple[AcceptedPointer, ...]:
    """Pointers without those that a national export of a later month covers anew."""
    listed = tuple(pointers)
    national = [p.month for p in listed if p.supplier == NATIONAL]
    return tuple(p for p in listed if all(p.month >= month for month in national))


def own_pointers(workspace: Workspace, source: str, month: Month) -> list[AcceptedPointer]:
    """The accepted rows of a source's own datasets in force for a month, carried snapshots
    included.
    """
    return [
        pointer
        for contract in workspace.own_contracts(source)
        for pointer in accepted_for(workspace.warehouse, workspace.suppliers, contract, month)
    ]


class AcceptedInForce:
    """The accepted rows of some datasets, read once: what many months are computed from asks for
    each dataset and month.
    """

    def __init__(
        self, warehouse: Warehouse, suppliers: SupplierBook, contracts: Collection[Contract]
    ) -> None:
        self._suppliers = suppliers
        self._carried = {contract.dataset for contract in contracts if contract.snapshot}
        self._pointers: dict[str, dict[Month, list[AcceptedPointer]]] = {
            contract.dataset: {} for contract in contracts
        }
        for pointer in all_accepted(warehouse, self._pointers):
            self._pointers[pointer.dataset].setdefault(pointer.month, []).append(pointer)

    def of(self, dataset: str, month: Month) -> tuple[AcceptedPointer, ...]:
        """The same as :func:`accepted_for`."""
        by_month = self._pointers[dataset]
        if dataset in self._carried:
            last = {
                p.supplier: p for m in sorted(by_month) if m <= month for p in by_month[m]
            }.values()
            listed = sorted(last, key=lambda p: (p.month, p.supplier))
        else:
            listed = by_month.get(month, [])
        return _newest(p for p in listed if self._suppliers.get(p.supplier, month) is not None)

    def of_all(self, month: Month) -> list[AcceptedPointer]:
        """The same for all of the datasets, in the order that they were given in."""
        return [pointer for dataset in self._pointers for pointer in self.of(dataset, month)]

    def has_lost(self, delivered: Iterable[Delivered], origin: Month, month: Month) -> bool:
        """Whether a snapshot among what was once delivered for ``origin`` has been withdrawn and was
        in force for a later month too: its supplier has delivered none since.
        """
        return any(
            dataset in self._carried
            and self._suppliers.get(supplier, month) is not None
            and not any(
                pointer.supplier == supplier
                for m, listed in self._pointers[dataset].items()
                if origin <= m <= month
                for pointer in listed
            )
            for dataset, supplier, _ in delivered
        )

    def by_month(self, dataset: str) -> list[Sequence[AcceptedPointer]]:
        """Every accepted delivery of a dataset, month by month."""
        return [each for _, each in sorted(self._pointers[dataset].items())]


def counted_in(
    cells: CellsPointer | None, cell_datasets: Collection[str], accepted: Iterable[AcceptedPointer]
) -> tuple[AcceptedPointer, ...]:
    """Of a source's own accepted rows in force for a month, those that its figures are made from.

    What was accepted and is not in the month's cells yet, in any version, is in no number: were it
    taken for delivered, a smaller number would stand for the whole. A month without cells has no
    figures of snapshots carried to it either: nothing would tell that they rest on these.
    """
    if cells is None:
        return ()
    held = {(dataset, supplier) for dataset, _, supplier, _ in cells.inputs["accepted"]}
    return tuple(
        p for p in accepted if p.dataset not in cell_datasets or (p.dataset, p.supplier) in held
    )


def delivered_provinces(
    suppliers: SupplierBook, pointers: Sequence[AcceptedPointer], month: Month
) -> frozenset[int]:
    """``area_id`` of every province of which the deliveries in force for the month say everything,
    nil returns included.

    A snapshot that is carried says nothing about what has joined its province since; whatever its
    rows say of a procedure or an establishment holds all the same.
    """
    return frozenset[int]().union(
        *(suppliers.spoken_for(pointer.supplier, pointer.month, month) for pointer in pointers)
    )


def _covered_provinces(
    suppliers: SupplierBook, pointers: Iterable[AcceptedPointer], month: Month
) -> frozenset[int]:
    """``area_id`` of every province that the suppliers of some deliveries cover in a month."""
    covered: set[int] = set()
    for pointer in pointers:
        supplier = suppliers.get(pointer.supplier, month)
        covered |= supplier.area_ids if supplier else frozenset()
    return frozenset(covered)


def lacking_provinces(
    contracts: Mapping[str, Contract],
    suppliers: SupplierBook,
    pointers: Sequence[AcceptedPointer],
    month: Month,
) -> dict[str, frozenset[int]]:
    """By field, the provinces whose rows in force come without its column, where the contract does
    not say what that means.

    A delivery without rows lacks nothing: it says that there was nothing. Where a province
    delivered itself, a national export's columns are not its own.
    """
    own = _covered_provinces(suppliers, (p for p in pointers if p.supplier != NATIONAL), month)
    lacking: dict[str, set[int]] = {}
    for pointer in pointers:
        supplier = suppliers.get(pointer.supplier, month)
        if not (supplier and pointer.absent_fields and pointer.row_count):
            continue
        covered = supplier.area_ids - (own if pointer.supplier == NATIONAL else frozenset())
        contract = contract_of(contracts, pointer.dataset).in_force(pointer.month)
        for field in contract.optional_fields:
            if field.name in pointer.absent_fields and not field.absent.is_value:
                lacking.setdefault(field.name, set()).update(covered)
    return {name: frozenset(provinces) for name, provinces in lacking.items() if provinces}


def expected_provinces(suppliers: SupplierBook, month: Month) -> frozenset[int]:
    """``area_id`` of every province that some supplier should deliver for."""
    return frozenset(
        area_id for supplier in suppliers.in_force(month) for area_id in supplier.area_ids
    )


def accepted_files(
    lake: Lake, suppliers: SupplierBook, contract: Contract, pointers: Sequence[AcceptedPointer]
) -> list[AcceptedFile]:
    """The files behind a dataset's pointers; whatever is said of a province is in one of them only.

    Where a province delivered itself, the rows of a national export for it are left out: its own
    delivery is nearer to the source, and counting both would double the province. Of a dataset that
    several agencies deliver, each its own figures, only those that the province gave itself.
    """
    own = [p for p in pointers if p.supplier != NATIONAL]
    files = [AcceptedFile(lake.rows(p), p.month) for p in own]
    paths = tuple(file.path for file in files)
    for national in (p for p in pointers if p.supplier == NATIONAL):
        covered = _covered_provinces(suppliers, own, national.month)
        files.append(
            AcceptedFile(
                lake.rows(national), national.month, covered, paths, contract.national_beside
            )
        )
    return files


def whole_accepted_files(
    lake: Lake,
    suppliers: SupplierBook,
    duck: DuckSettings,
    contract: Contract,
    pointers: Sequence[AcceptedPointer],
    scratch: Path,
) -> list[tuple[str, Month]]:
    """The same as Parquet files that can be read as they are, each with the month it was delivered
    for: a national export without some provinces is copied to ``scratch``.
    """
    files = []
    for file in accepted_files(lake, suppliers, contract, pointers):
        if not file.without:
            files.append((file.path, file.month))
            continue
        scratch.mkdir(parents=True, exist_ok=True)
        rest = scratch / f"{Path(file.path).parent.name}-{file.month}-national.parquet"
        kept = f"SELECT * FROM read_parquet({literal(file.path)}) WHERE {file.kept_sql}"
        with memory_database(duck) as con:
            con.execute(
                f"COPY ({kept} ORDER BY file_no, row_number) TO {literal(str(rest))} (FORMAT parquet)"
            )
        files.append((str(rest), file.month))
    return files
