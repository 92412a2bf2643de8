"""Modules put off: there when used, not before."""

from __future__ import annotations

import subprocess
import sys


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


PUT_OFF = "import sys; from de06_pipeline.quality.late_imports import put_off; put_off({names}); "


def test_a_module_is_executed_when_something_of_it_is_used() -> None:
    code = PUT_OFF.format(names="'wave', 'xml.dom.minidom', 'no_such_module'") + (
        "import wave, xml.dom.minidom as dom; from xml import dom as package; before = 'xml.dom.expatbuilder' in sys.modules; "
        "text = dom.parseString('<a/>').documentElement.tagName; "
        "print(wave.open.__module__, sys.modules['wave'].Error is wave.Error, before, text, 'no_such_module' in sys.modules)"
    )
    assert run(code) == "wave True False a False"


def test_a_module_that_is_there_stays_as_it_is() -> None:
    code = "import json; " + PUT_OFF.format(names="'json'") + "print(type(json).__name__)"
    assert run(code) == "module"


def test_a_missing_attribute_is_missing() -> None:
    code = PUT_OFF.format(names="'wave'") + "import wave; print(hasattr(wave, 'nothing'))"
    assert run(code) == "False"


def test_a_module_left_out_has_empty_classes_and_is_itself_again_afterwards() -> None:
    code = (
        "import json; from de06_pipeline.quality.late_imports import left_out\n"
        "with left_out('wave', 'json'):\n"
        "    from wave import Error as empty\n"
        "    import json as kept\n"
        "from wave import Error\n"
        "print(empty.__mro__[1:] == (object,), issubclass(Error, Exception), kept is json)"
    )
    assert run(code) == "True True True"


def test_great_expectations_is_imported_without_what_rules_do_not_need() -> None:
    heavy = ["altair.vegalite", "scipy.stats._stats_py", "s3transfer", "jsonschema.validators"]
    heavy += ["botocore.client", "great_expectations.datasource.fluent.pandas_datasource"]
    heavy += ["great_expectations.expectations.core.expect_column_max_to_be_between"]
    code = (
        "import sys; from de06_pipeline.quality import gx; gx.load(); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    assert run(code) == "[]"
