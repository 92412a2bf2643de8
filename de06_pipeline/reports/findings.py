"""Problems of a delivery as lines of text: file, row, column, rule, what is wrong, and the masked value."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from de06_pipeline.contracts.model import Contract, Severity
from de06_pipeline.ingest.outcome import DeliveryOutcome

BROKEN_VI = "Dòng không tách được thành đúng số cột của tiêu đề, hoặc không giải mã được. Kiểm tra dấu nháy và dấu phân cách."


def summary_lines(contract: Contract, outcome: DeliveryOutcome) -> list[str]:
    """What became of a delivery: one line a file with its accounting, then why it was refused, if it was."""
    delivery = outcome.delivery
    lines = [f"{contract.title.vi} ({contract.dataset}), tháng {delivery.month}, đơn vị gửi {delivery.supplier}"]
    for file in outcome.files:
        if file.problem:
            lines.append(f"{file.name}: {file.problem.message.vi} / {file.problem.message.en}")
            continue
        counts = f"đã đọc {_number(file.rows_read)} = chấp nhận {_number(file.rows_accepted)} + cách ly {_number(file.rows_quarantined)}"
        lines.append(f"{file.name}: {counts} + bị thay thế {_number(file.rows_superseded)}; {file.format}, {file.encoding or 'unicode'}")
    lines.append(f"Cảnh báo: {_number(outcome.warnings)}")
    lines += [f"BỊ TỪ CHỐI / REFUSED: {reason.vi} / {reason.en}" for reason in outcome.reasons]
    return lines


def finding_lines(contract: Contract, outcome: DeliveryOutcome) -> Iterator[str]:
    """One line for each rule a quarantined row breaks, in the order of files and rows; read before the scratch folder goes."""
    if outcome.quarantine is None:
        return
    from pyarrow.parquet import ParquetFile

    rules = {rule.id: rule for rule in contract.rules}
    headers = {f.name: f.header_vi or f.name for f in contract.fields}
    with ParquetFile(outcome.quarantine) as file:
        for batch in file.iter_batches():
            for line in batch.to_pylist():
                rule = rules.get(line["rule_id"])
                names = ", ".join(headers.get(name, name) for name in line["field"].split(",") if name)
                where = f"{line['file_name']} dòng {line['row_number']}" + (f", cột {names}" if names else "")
                reason = f"{rule.message.vi if rule else BROKEN_VI} {line['hint']}".strip()
                yield f"{where}: {reason} [{line['masked_value']}] ({line['rule_id']})"


def write_report(contract: Contract, outcome: DeliveryOutcome, path: Path) -> None:
    """Write the summary, the warnings by rule and every finding as a text file; the same outcome gives the same text."""
    warnings = [
        f"{c.rule.message.vi} {_number(c.failed)} dòng ({c.rule.id})"
        for c in outcome.rules
        if c.failed and c.rule.severity is Severity.WARNING
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as report:
        for line in chain(summary_lines(contract, outcome), [""], warnings, [""], finding_lines(contract, outcome)):
            report.write(f"{line}\n")


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
