"""Names of files and folders: nothing of a person's, nothing that cannot be printed, still told apart."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from de06_pipeline.landing.discover import find_deliveries
from de06_pipeline.landing.names import shown_name, told_apart
from de06_pipeline.periods import Month


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("dan_049099000001.csv", "dan_9×12.csv"),
        ("CMND 201234567.xlsx", "CMND 9×9.xlsx"),
        ("sđt 0905 123 456.csv", "sđt 9×10.csv"),
        ("049.099.000.001.csv", "9×12.csv"),
        ("nguyen.a@example.vn.csv", "a@a"),
        ("bao_cao_20240601.csv", "bao_cao_20240601.csv"),
        ("bao_cao_20240601123000.csv", "bao_cao_20240601123000.csv"),
        ("2024-06-01_2024-06-30.csv", "2024-06-01_2024-06-30.csv"),
        ("a\nb\x1b[31m\u202ec.csv", "a\ufffdb\ufffd[31m\ufffdc.csv"),
        ("o\u0302.csv", "ô.csv"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@given(st.text())
def test_a_shown_name_is_printable_and_stays_as_it_is(name: str) -> None:
    shown = shown_name(name)
    assert shown_name(shown) == shown
    assert all(unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl") for letter in shown)


@given(st.lists(st.sampled_from(["a.csv", "a (2).csv", "b", "b (2)", "c.x.csv"])))
def test_names_are_told_apart(names: list[str]) -> None:
    result = told_apart(names)
    assert len(set(result)) == len(names)
    assert told_apart(sorted(set(names))) == sorted(set(names))


def test_files_that_differ_in_a_masked_number_are_two(tmp_path: Path) -> None:
    folder = tmp_path / "dvc_dossiers" / "2024-06" / "049099000001"
    folder.mkdir(parents=True)
    for number in ("049099000001", "049099000002"):
        (folder / f"dan_{number}.csv").write_text("x")
    (delivery,) = find_deliveries(str(tmp_path), "dvc_dossiers", Month.parse("2024-06"))
    assert delivery.supplier == "9×12"
    assert [file.name for file in delivery.files] == ["dan_9×12.csv", "dan_9×12 (2).csv"]
    assert len({file.url for file in delivery.files}) == 2
