"""The text of a breakdown: ``name=value``, several joined by ``;`` in name order.

``;``, ``=`` and the backslash itself in a value are escaped by a backslash, so that the text can be
taken apart again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", "=": "\\="})
_PART = re.compile(r"((?:[^;=\\]|\\.)*)=((?:[^;\\]|\\.)*)(?:;|$)", re.DOTALL)


def breakdown_text(values: Mapping[str, str]) -> str:
    """The text for some dimensions' labels; empty for the total."""
    return ";".join(f"{name}={values[name].translate(_ESCAPED)}" for name in sorted(values))


def breakdown_values(text: str) -> dict[str, str]:
    """What :func:`breakdown_text` was made from."""
    return {
        name: re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL) for name, value in _PART.findall(text)
    }
