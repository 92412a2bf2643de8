"""Text that a spreadsheet shows and does not calculate.

Excel and LibreOffice take a cell for a formula when it begins with ``=``, ``+``, ``-`` or ``@``
(``-`` for a bullet is enough), also in full width, after spaces or quotes, and also where a program
set to another delimiter splits our cell in the middle.
"""

from __future__ import annotations

from de06_pipeline.duck.quoting import literal

_SPACES_AND_QUOTES = r"[\s\p{Z}\p{Cf}\p{Pi}\p{Pf}\x22']*"
_FORMULA_SIGNS = r"[=+\-@＝＋－＠﹦﹢﹣﹫−]"
_STARTS = rf"(^|[,;|])({_SPACES_AND_QUOTES}{_FORMULA_SIGNS})"


def neutral_sql(expression: str) -> str:
    """A VARCHAR expression as SQL whose result holds no formula: an apostrophe goes before what
    would begin one.

    Tabs, line ends and other control characters become spaces: in front of a sign they are the same
    trick.
    """
    printable = rf"regexp_replace({expression}, '\p{{Cc}}', ' ', 'g')"
    return rf"regexp_replace({printable}, {literal(_STARTS)}, '\1''\2', 'g')"
