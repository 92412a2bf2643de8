"""Problems of a delivery as lines of text: file, row, column, rule, what is wrong, and the masked value."""

from __future__ import annotations

from de06_pipeline.contracts.model import Contract
from de06_pipeline.ingest.outcome import DeliveryOutcome

BROKEN_VI = "Dòng không tách được thành đúng số cột của tiêu đề, hoặc không giải mã được. Kiểm tra dấu nháy và dấu phân cách."


def finding_lines(contract: Contract, outcome: DeliveryOutcome) -> list[str]:
    """One line for each rule a quarantined row breaks, in the order of files and rows; call it before the scratch folder goes."""
    if outcome.quarantine is None:
        return []
    from pyarrow.parquet import read_table

    rules = {rule.id: rule for rule in contract.rules}
    headers = {f.name: f.header_vi or f.name for f in contract.fields}
    lines = []
    for line in read_table(outcome.quarantine).to_pylist():
        rule = rules.get(line["rule_id"])
        names = ", ".join(headers.get(name, name) for name in line["field"].split(",") if name)
        where = f"{line['file_name']} dòng {line['row_number']}" + (f", cột {names}" if names else "")
        lines.append(f"{where}: {rule.message.vi if rule else BROKEN_VI} [{line['masked_value']}] ({line['rule_id']})")
    return lines
