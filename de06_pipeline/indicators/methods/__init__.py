"""Figures that are not sums over cells: of the catalogue, of distinct establishments or units;
reported; composed; of the ledger.

A method adds an indicator's figures for one month and window to :data:`RAW_FIGURE`. A registry entry
names it; everything else about the indicator, its parameters included, stands in the entry. Not
here: whatever a formula over cells can say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.request import DeliveredField
from de06_pipeline.indicators.methods.catalogue import add_catalogue_services
from de06_pipeline.indicators.methods.deliveries import (
    add_areas_delivered,
    add_areas_delivered_in_time,
    add_rows_accepted,
    add_rule_failures,
)
from de06_pipeline.indicators.methods.essential import (
    add_essential_deployed,
    add_essential_led_by_police,
)
from de06_pipeline.indicators.methods.establishments import (
    add_reporting_accounts,
    add_units_deployed,
)
from de06_pipeline.indicators.methods.reported import add_reported
from de06_pipeline.indicators.methods.scorecard import (
    add_band,
    add_component,
    add_measurable_points,
    add_rank,
    add_total,
)
from de06_pipeline.registry.model import Indicator


@dataclass(frozen=True, slots=True)
class Method:
    """A way to count.

    Attributes:
        over_year: looks at the year up to the period's end in every window, so all its months must
            have been delivered.
        has_status: adds finished figures, status and bound included, to ``figure`` instead of
            :data:`RAW_FIGURE`.
        fields: by breakdown ('' for all), the optional fields that it reads, as dataset and name.
        counts_units: needs the field that names the unit of a row too: districts, then communes.
    """

    add: Callable[[Calculation, Indicator, Labels], None]
    over_year: bool = False
    has_status: bool = False
    fields: Mapping[str, frozenset[DeliveredField]] = field(default_factory=dict)
    counts_units: bool = False


def _of(dataset: str, *names: str) -> frozenset[DeliveredField]:
    return frozenset((dataset, name) for name in names)


_LIST = _of("dvc_procedures", "essential_list", "essential_no")
_ACCOUNTS = {
    "": _of("asm_establishments", "has_account"),
    "site_group": _of("asm_establishments", "site_group"),
}

METHODS: Mapping[str, Method] = {
    "catalogue_services": Method(
        add_catalogue_services,
        fields={"service_level": _of("dvc_procedures", "service_level")},
    ),
    "essential_led_by_police": Method(
        add_essential_led_by_police, fields={"": _LIST | _of("dvc_procedures", "lead_agency")}
    ),
    "essential_deployed": Method(
        add_essential_deployed,
        over_year=True,
        fields={"": _LIST | _of("dvc_procedures", "deployed")},
    ),
    "reporting_accounts": Method(add_reporting_accounts, fields=_ACCOUNTS),
    "units_deployed": Method(add_units_deployed, fields=_ACCOUNTS, counts_units=True),
    "reported": Method(add_reported, has_status=True),
    "areas_delivered": Method(add_areas_delivered, has_status=True),
    "areas_delivered_in_time": Method(add_areas_delivered_in_time, has_status=True),
    "rows_accepted": Method(add_rows_accepted, has_status=True),
    "rule_failures": Method(add_rule_failures, has_status=True),
    "scorecard_component": Method(add_component, has_status=True),
    "scorecard_total": Method(add_total, has_status=True),
    "scorecard_measurable_points": Method(add_measurable_points, has_status=True),
    "scorecard_band": Method(add_band, has_status=True),
    "scorecard_rank": Method(add_rank, has_status=True),
}
