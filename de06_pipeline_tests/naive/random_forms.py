"""One value in one of the many forms in which it arrives, or spoilt."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta

from de06_pipeline_tests.naive.layouts import Field

_BAD_DATES = (
    "31/02/2024",
    "29/02/2023",
    "2025-13-01",
    "12/31/2024",
    "00/01/2025",
    "20250230",
    "sắp tới",
    "05/01/2025 24:10",
    "20250105126000",
)
_BAD_NUMBERS = ("-5", "1,234.5", "hai", "1.23.456", "12a", "#N/A")
_BAD_CHOICES = ("không rõ", "99", "0 - Không có", "?")
_TONES = (
    ("òa", "oà"),
    ("óa", "oá"),
    ("ỏa", "oả"),
    ("õa", "oã"),
    ("ọa", "oạ"),
    ("ủy", "uỷ"),
    ("úy", "uý"),
)


class Forms:
    """Draws forms; the same seed draws the same."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def often(self, share: float) -> bool:
        return self.rng.random() < share

    def moment(self, value: datetime) -> str:
        """A time in any known form; one in five only as a date."""
        form = self.rng.choice(("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y%m%d"))
        kind = self.rng.randrange(10)
        if kind < 2:
            return value.strftime(form)
        if kind == 2:
            return value.strftime("%Y%m%d%H%M%S")
        if kind == 3:
            return value.strftime("%Y-%m-%dT%H:%M:%S+07:00")
        if kind == 4:
            return self._serial(value)
        return value.strftime(form + self.rng.choice((" %H:%M", " %H:%M:%S")))

    def _serial(self, value: datetime) -> str:
        gone = value - datetime(1899, 12, 30)
        return f"{gone.days + gone.seconds / 86400:.6f}".rstrip("0").rstrip(".")

    def day(self, value: datetime) -> str:
        """A date in any known form; sometimes with a time that does not matter."""
        if self.often(0.1):
            return self.moment(value)
        if self.often(0.1):
            return str((value - datetime(1899, 12, 30)).days)
        return value.strftime(self.rng.choice(("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y%m%d")))

    def number(self, value: float) -> str:
        """A number with or without dots between thousands."""
        whole, _, decimals = f"{value}".partition(".")
        if self.often(0.5):
            whole = f"{int(whole):,}".replace(",", ".")
        return f"{whole},{decimals}" if decimals else whole

    def yes_no(self, value: bool) -> str:
        if value:
            return self.rng.choice(("1", "Có", "có", "C", "x", "X", "TRUE", "true"))
        return self.rng.choice(("0", "Không", "KHÔNG", "K", "k", "", "FALSE", "false"))

    def choice(self, code: str, labels: Mapping[str, str]) -> str:
        text = self.rng.choice(
            (code, labels[code], f"{code} - {labels[code]}" if code != labels[code] else code)
        )
        return self.rng.choice((str, str, str.upper, str.lower))(text)

    def any_of(self, labels: Mapping[str, str]) -> str:
        return self.choice(self.rng.choice(list(labels)), labels)

    def place(self, level: str, code: str, name: str, kind: str) -> str:
        """A unit by code or name, with or without its kind."""
        short = {"huyện": "H. ", "thành phố": "TP. ", "thị xã": "TX ", "tỉnh": "tỉnh "}[kind]
        text = self.rng.choice(
            (
                code,
                code,
                name,
                name,
                f"{kind} {name}",
                f"{kind.capitalize()} {name}",
                f"{short}{name}",
                f"UBND {kind} {name}",
            )
        )
        if level == "province":
            text = text.removeprefix("UBND ")
        return self.rng.choice((str, str, str.upper))(text)

    def noisy(self, text: str) -> str:
        """The same text with the noise that files carry."""
        kind = self.rng.randrange(16)
        if kind == 0:
            return unicodedata.normalize("NFD", text)
        if kind == 1:
            return f"  {text.replace(' ', '  ')} "
        if kind == 2:
            return text.replace(" ", "\u00a0")
        if kind == 3:
            return f"\u200b{text}"
        if kind == 4:
            return text.replace("Đ", "Ð")
        return text

    def retoned(self, text: str) -> str:
        """The same text with tones where the other school writes them."""
        for new, old in _TONES:
            text = text.replace(new, old) if new in text else text.replace(old, new)
        return text

    def spoilt(self, field: Field, text: str) -> str:
        """A value that is wrong for a field of its kind."""
        match field.kind:
            case "moment" | "date":
                return self.rng.choice(_BAD_DATES)
            case "integer" | "decimal":
                return self.rng.choice(_BAD_NUMBERS)
            case "choice" | "payment" | "yes_no":
                return self.rng.choice(_BAD_CHOICES[:1] if field.kind != "choice" else _BAD_CHOICES)
            case "area":
                return self.rng.choice(("Huyện Không Có", "999", "Atlantis", "79", "Hà Nội"))
        return ""

    def time_between(self, begin: datetime, end: datetime) -> datetime:
        """A moment in a span, sometimes at its very edge; whole minutes."""
        if self.often(0.03):
            return begin
        if self.often(0.03):
            return end - timedelta(seconds=1)
        minutes = max(1, int((end - begin).total_seconds() // 60))
        return begin + timedelta(minutes=self.rng.randrange(minutes))
