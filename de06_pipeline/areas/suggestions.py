"""What a supplier should write instead: official units only, never what the row says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from de06_pipeline.areas.model import Area
from de06_pipeline.areas.names import AreaText, bare_key
from de06_pipeline.areas.suppliers import FormerSupplier
from de06_pipeline.near_names import unaccented


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One sentence, Vietnamese and English. False where there is nothing to say."""

    vi: str
    en: str

    def __bool__(self) -> bool:
        return bool(self.en)


NONE = Suggestion("", "")


def _unit(area: Area) -> str:
    return f"{area.full_name} ({area.code})"


def carried(former: Area, successor: Area) -> Suggestion:
    """A former unit and what it is now."""
    vi, en = (
        f"{_unit(former)} nay là {_unit(successor)}",
        f"{_unit(former)} is now {_unit(successor)}",
    )
    if former.valid_to is None:
        return Suggestion(f"{vi}.", f"{en}.")
    return Suggestion(
        f"{vi} (hết hiệu lực ngày {former.valid_to:%d/%m/%Y}).",
        f"{en} (in force until {former.valid_to.isoformat()}).",
    )


def not_exact(area: Area) -> Suggestion:
    """A former unit that went to several, so that nobody can say to which."""
    return Suggestion(
        f"{_unit(area)}: đơn vị cũ đã chia cho nhiều đơn vị hoặc không còn cấp này; hãy ghi đơn vị mới.",
        f"{_unit(area)}: the former unit was split or its level abolished; give the new unit.",
    )


def untraceable() -> Suggestion:
    """A commune that is not in the list of 2025-06-30."""
    return Suggestion(
        "Không xác định được đơn vị cấp xã cũ này; hãy ghi đơn vị cấp xã mới.",
        "This former commune cannot be traced; give the new one.",
    )


def not_in_force(area: Area) -> Suggestion:
    """A unit of another time without an exact successor."""
    return Suggestion(
        f"{_unit(area)} không còn hoặc chưa có hiệu lực trong tháng báo cáo.",
        f"{_unit(area)} is not in force in the reporting month.",
    )


def no_districts() -> Suggestion:
    return Suggestion(
        "Từ ngày 01/07/2025 không còn cấp huyện; hãy để trống cột này.",
        "There are no districts since 2025-07-01; leave this column empty.",
    )


def province_missing() -> Suggestion:
    return Suggestion("Hãy ghi tỉnh/thành phố.", "Give the province.")


def ambiguous(areas: Sequence[Area]) -> Suggestion:
    """Several units of one name: the kind or the code tells them apart."""
    return Suggestion(
        f"Hãy ghi rõ: {' hay '.join(map(_unit, areas))}.",
        f"Say which: {' or '.join(map(_unit, areas))}.",
    )


def elsewhere(area: Area, province: Area) -> Suggestion:
    return Suggestion(
        f"{_unit(area)} thuộc {province.full_name}.", f"{_unit(area)} lies in {province.full_name}."
    )


def not_in(province: Area) -> Suggestion:
    return Suggestion(
        f"Không có đơn vị này trong {_unit(province)}.",
        f"There is no such unit in {_unit(province)}.",
    )


def outside(province: Area, supplier: str) -> Suggestion:
    """A province that another supplier delivers."""
    return Suggestion(
        f"{_unit(province)} không thuộc phạm vi báo cáo của {supplier} trong tháng này.",
        f"{_unit(province)} is not covered by {supplier} in this month.",
    )


def ended(former: FormerSupplier) -> Suggestion:
    """Who delivers for the provinces of a supplier that is none any more."""
    last, now = former.last, ", ".join(former.successors)
    if not now:
        return Suggestion(
            f"Đơn vị {former.name} chỉ gửi đến hết tháng {last}; sau đó địa bàn được chia cho nhiều đơn vị.",
            f"{former.name} delivered up to {last}; its area was divided then.",
        )
    return Suggestion(
        f"Đơn vị {former.name} chỉ gửi đến hết tháng {last}; từ đó địa bàn thuộc {now}: gửi số liệu cùng {now}.",
        f"{former.name} delivered up to {last}; its area belongs to {now} since: deliver with {now}.",
    )


def closest(text: AreaText, areas: Sequence[Area]) -> Suggestion:
    """The unit whose name is spelled most like the text, diacritics aside; nothing if none is near."""
    names = {unaccented(bare_key(area.full_name, area.kind)): area for area in areas}
    for reading in reversed(text.names):
        if near := get_close_matches(unaccented(reading.key), names, n=1, cutoff=0.75):
            unit = _unit(names[near[0]])
            return Suggestion(f"Có phải là {unit}?", f"Is {unit} meant?")
    return NONE
