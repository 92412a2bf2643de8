"""Modules that are imported when something of them is first used, not when they are named, and
modules that are not imported at all.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
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


class _EmptyModule(ModuleType):
    """Stands for a module that nobody needs: whatever is asked of it is an empty class."""

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        empty = type(attribute, (), {"__module__": self.__name__})
        setattr(self, attribute, empty)
        return empty


class _LateName:
    """Stands for a function or class of a module until it is called or asked for something."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._itself()(*arguments, **named)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._itself(), attribute)

    def _itself(self) -> Any:
        return getattr(importlib.import_module(self._module), self._name)


class _NamesOnly(ModuleType):
    """Stands for a module of which names are taken long before they are used."""

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return _LateName(self.__name__, attribute)


def left_out(*names: str) -> AbstractContextManager[None]:
    """Let what is imported meanwhile have empty classes in place of those of some modules.

    Afterwards an ``import`` finds the modules themselves again. A module that is imported already
    stays as it is. Other threads must not import these modules meanwhile.
    """
    return _in_place_of(names, _EmptyModule)


def names_put_off(*names: str) -> AbstractContextManager[None]:
    """Let what is imported meanwhile take names out of some modules (``from a import b``) without
    importing these: that comes with the first call of one. Not for names that something is derived
    from or compared with.

    Otherwise as :func:`left_out`.
    """
    return _in_place_of(names, _NamesOnly)


@contextmanager
def _in_place_of(names: Iterable[str], kind: Callable[[str], ModuleType]) -> Iterator[None]:
    instead = {name: kind(name) for name in names if name not in sys.modules}
    sys.modules.update(instead)
    try:
        yield
    finally:
        for name, module in instead.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
