"""The page of the settings, from the fields of :class:`de06_pipeline.settings.Settings`."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic.fields import FieldInfo

from de06_pipeline.settings import Settings
from docs_pages.markdown import code, made_from, page, table


def settings_page() -> str:
    return page(_lines())


def _lines() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield made_from("`de06_pipeline/settings.py`")
    yield ""
    yield "Environment variables, or lines of a `.env` file in the working directory. None is needed."
    yield ""
    yield from table(
        ("variable", "means", "default"),
        (_row(name, field) for name, field in Settings.model_fields.items()),
    )


def _row(name: str, field: FieldInfo) -> tuple[str, str, str]:
    alias = field.validation_alias
    variable = alias if isinstance(alias, str) else f"DE06_{name.upper()}"
    meaning, _, otherwise = (
        " ".join((field.description or "").split()).replace("``", "`").partition("Default: ")
    )
    if not meaning:
        raise ValueError(f"settings.{name} has no docstring; say what it means, then 'Default: …'")
    shown = otherwise.strip().rstrip(".") or (
        "" if field.default in ("", None) else code(str(field.default))
    )
    return code(variable), meaning.strip(), shown
