"""Names in the UI's Markdown are shown, never obeyed."""

from __future__ import annotations

from de06_pipeline.defs.markdown import as_text, plain, table


def test_a_name_is_shown_as_it_is() -> None:
    assert plain("<img src=x onerror=alert(1)>&") == "&lt;img src=x onerror=alert(1)&gt;&amp;"
    assert plain("[a](javascript:b)") == "\\[a\\](javascript:b)"
    assert table(("a", "b"), [("1|2", "x\ny")]).splitlines()[2] == "| 1\\|2 | x y |"


def test_a_terminal_gets_the_text_back() -> None:
    text = "a|b `c` [d] <e> &"
    assert as_text(plain(text)) == text
