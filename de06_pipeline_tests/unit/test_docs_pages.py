"""The generated pages say what the product does now, and say all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.registry.load import load_registry
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit.contract_rows import CONTRACTS
from de06_pipeline_tests.unit.small_contract import write
from docs_pages.datasets import dataset_pages
from docs_pages.navigation import with_folders
from docs_pages.pages import DATA, REFERENCE, all_pages, stale
from docs_pages.pages import write as write_pages
from docs_pages.self_contained import loaded_from_elsewhere


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return all_pages()


def test_the_written_pages_are_up_to_date(pages: dict[str, str]) -> None:
    assert stale(pages) == [], "run: make reference"


def test_pages_are_written_where_they_differ_and_removed_where_nothing_makes_them(
    tmp_path: Path,
) -> None:
    assert write_pages({"a.md": "1", "b/c.md": "2"}, tmp_path) == 2
    assert write_pages({"a.md": "1", "b/c.md": "3"}, tmp_path) == 1
    assert write_pages({"b/c.md": "3"}, tmp_path) == 1
    assert [path.name for path in (tmp_path / REFERENCE).rglob("*.md")] == ["c.md"]


def test_a_dataset_has_its_fields_rules_and_values(tmp_path: Path) -> None:
    write(tmp_path)
    text = dataset_pages(load_contracts(tmp_path), lambda rule: {"channel": ""})[
        "datasets/visits.md"
    ]
    assert (
        "| `visit_id` | Mã lượt | code | key, column required | restricted | Identifier of the visit. |"
        in text
    )
    assert (
        "| `guest` | Họ tên | text |  | personal, never stored | Name of the guest; never stored. |"
        in text
    )
    assert (
        "| `is_in_month` | yes_no | no | The arrival lies in the month. | `arrived_on >= month_start and arrived_on < month_end` |"
        in text
    )
    assert "| The arrival is not in the month. | Ngày đến ngoài tháng. |" in text
    assert "| `channel` | 1 Trực tiếp · 2 Trực tuyến |" in text


def test_every_dataset_rule_and_indicator_has_its_place(pages: dict[str, str]) -> None:
    for contract in CONTRACTS.values():
        text = pages[f"datasets/{contract.dataset}.md"]
        assert [rule.id for rule in contract.rules if f"`{rule.id}`" not in text] == []
    for indicator in load_registry(DATA / "indicators"):
        assert (
            f"## {indicator.code}\n\n**{indicator.name_vi}**"
            in pages[f"indicators/{indicator.source}.md"]
        )


def test_no_page_names_this_machine(pages: dict[str, str]) -> None:
    assert [name for name, text in pages.items() if str(REPOSITORY) in text] == []


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/a.js"></script>',
        "<link rel=stylesheet href=//fonts.example/css>",
        "<img alt=x src='http://pictures.example/1.png'>",
        "<style>@import url(https://fonts.example/f.css);</style>",
        '<pre class="mermaid"><code>graph</code></pre>',
    ],
)
def test_a_site_that_loads_from_elsewhere_is_found(text: str, tmp_path: Path) -> None:
    harmless = '<a href="https://example.org">x</a><link rel="canonical" href="https://x.example/">'
    (tmp_path / "a.html").write_text(f"{harmless}<script src='assets/a.js'></script>")
    assert list(loaded_from_elsewhere(tmp_path)) == []
    (tmp_path / "a.html").write_text(harmless + text)
    assert len(list(loaded_from_elsewhere(tmp_path))) == 1


def test_a_folder_in_the_navigation_stands_for_its_pages(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    for name in ("b.md", "index.md", "a.md"):
        (tmp_path / "d" / name).write_text("")
    nav = ["x.md", {"All": [{"D": "d/"}]}]
    pages = ["d/index.md", "d/a.md", "d/b.md"]
    assert with_folders(nav, tmp_path) == ["x.md", {"All": [{"D": pages}]}]
