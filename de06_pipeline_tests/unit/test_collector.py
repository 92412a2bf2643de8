"""What the garbage collector need not look at."""

from __future__ import annotations

import gc
import weakref

import pytest

from de06_pipeline.collector import collect_garbage, loading


class _Circle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def unfrozen():
    """Nothing is frozen before, and all is again afterwards, as the other tests want it."""
    gc.unfreeze()
    yield
    gc.freeze()


def test_nothing_is_collected_while_loading_and_all_of_it_is_left_alone_afterwards() -> None:
    with loading():
        assert not gc.isenabled()
        kept = [[number] for number in range(1_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() > len(kept)


def test_a_failed_import_leaves_the_collector_on() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()


def test_loading_within_loading_and_where_it_was_off() -> None:
    with loading():
        with loading():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_circles_are_freed_before_the_rest_is_left_alone() -> None:
    circle = _Circle()
    gone = weakref.ref(circle)
    del circle
    collect_garbage()
    assert gone() is None
    assert gc.get_freeze_count() > 0
