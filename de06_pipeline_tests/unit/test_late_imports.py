"""Modules put off: there when used, not before."""

from __future__ import annotations

import subprocess
import sys


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


PUT_OFF = "import sys; from de06_pipeline.late_imports import put_off; put_off({names}); "


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
        "import json; from de06_pipeline.late_imports import left_out\n"
        "with left_out('wave', 'json'):\n"
        "    from wave import Error as empty\n"
        "    import json as kept\n"
        "from wave import Error\n"
        "print(empty.__mro__[1:] == (object,), issubclass(Error, Exception), kept is json)"
    )
    assert run(code) == "True True True"


def test_a_name_that_is_put_off_is_imported_when_it_is_called_or_asked() -> None:
    code = (
        "import sys; from de06_pipeline.late_imports import names_put_off\n"
        "with names_put_off('wave', 'colorsys'):\n"
        "    from wave import Wave_read, open as wave_open\n"
        "    from colorsys import rgb_to_hsv\n"
        "before = {'wave', 'colorsys'} & set(sys.modules)\n"
        "print(before, rgb_to_hsv(1, 1, 1), Wave_read.readframes.__name__, 'colorsys' in sys.modules)"
    )
    assert run(code) == "set() (0.0, 0.0, 1) readframes True"
