"""Modules that are imported when something of them is first used, not when they are named."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any


class _Late(ModuleType):
    """Stands for a module until one of its attributes is asked for; then it has all of them."""

    # Not importlib's LazyLoader: until Python 3.13 an import statement alone makes that one load.
    def __getattr__(self, attribute: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        module = importlib.import_module(self.__name__)
        vars(self).update(vars(module))
        return getattr(module, attribute)


def put_off(*names: str) -> None:
    """Let the next ``import`` of some modules cost nothing.

    A module that is imported already, or not installed, stays as it is.
    """
    for name in names:
        if name in sys.modules:
            continue
        spec = importlib.util.find_spec(name)
        if spec is None:
            continue
        late = _Late(name)
        late.__spec__, late.__file__ = spec, spec.origin
        if spec.submodule_search_locations is not None:
            late.__path__ = spec.submodule_search_locations
        sys.modules[name] = late
        package, _, own_name = name.rpartition(".")
        if package:
            setattr(sys.modules[package], own_name, late)
