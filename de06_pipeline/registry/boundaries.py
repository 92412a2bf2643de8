"""How a figure comes to stand on other boundaries than those of its month: added up from parts,
counted anew from cells, or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from de06_pipeline.registry.model import Indicator

SUM, RECOUNT, NONE = "sum", "recount", "none"


class BoundaryRule(NamedTuple):
    """``way``: ``sum``, ``recount`` or ``none``; ``reason``: why the parts cannot be added up,
    empty where they can.
    """

    way: str
    reason: str = ""


# Registers hold an establishment once, in one place, so both parts of its rates add up.
_METHODS = {
    "reporting_accounts": BoundaryRule(SUM),
    "catalogue_services": BoundaryRule(RECOUNT, "a procedure that several units have counts once"),
    "essential_led_by_police": BoundaryRule(
        RECOUNT, "a service that several units have counts once"
    ),
    "essential_deployed": BoundaryRule(RECOUNT, "a service that several units have counts once"),
    "units_deployed": BoundaryRule(
        NONE, "it counts the districts or communes in force in its month"
    ),
}


def boundary_rule(indicator: Indicator) -> BoundaryRule:
    """The way of one indicator.

    What is neither known to add up nor counted from cells is left out rather than guessed.
    """
    if indicator.kind == "median":
        return BoundaryRule(
            RECOUNT, "the median of a whole is not made from the medians of its parts"
        )
    if indicator.kind == "amount" and indicator.is_additive:
        return BoundaryRule(SUM)
    if indicator.kind not in ("count", "ratio", "stock", "mean"):
        return BoundaryRule(
            NONE, "a score, rank or reported share of a whole is not made from those of its parts"
        )
    if not indicator.method:
        return BoundaryRule(SUM)
    return _METHODS.get(
        indicator.method,
        BoundaryRule(NONE, "how the figures of parts become that of the whole is not defined"),
    )
