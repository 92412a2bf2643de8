"""What the eight checks say from counted facts."""

from __future__ import annotations

from datetime import date

import pytest

from de06_pipeline.contracts.model import Contract, Message, Rule, Severity
from de06_pipeline.quality.checks import (
    CHECKS,
    Arrival,
    CrossMonthFinding,
    DeliveryCount,
    FileCount,
    delivery_checks,
    month_checks,
    refusal_reasons,
)
from de06_pipeline.quality.judge import RuleCount
from de06_pipeline.quality.wording import listed, markdown_table

ON_TIME = Arrival(
    ("an-giang", "quang-nam"),
    ("an-giang", "quang-nam"),
    (),
    due=date(2024, 7, 5),
    today=date(2024, 7, 20),
)


def contract(nil_return: bool = False, tolerance: float = 0.02) -> Contract:
    return Contract(
        "sample", "1.0.0", "dvc", Message("", ""), "", "", 5, tolerance, nil_return, False, (), ()
    )


def counted(
    rule_id: str, failed: int, severity: Severity = Severity.CRITICAL, evaluated: int = 100
) -> RuleCount:
    rule = Rule(
        rule_id,
        "expect_column_values_to_be_null",
        {"column": "a"},
        severity,
        ("a",),
        Message(f"Sai | {rule_id}.", "Wrong."),
    )
    return RuleCount(rule, evaluated, failed)


def delivery(
    *files: FileCount, supplier: str = "quang-nam", rules: tuple[RuleCount, ...] = ()
) -> DeliveryCount:
    return DeliveryCount(supplier, files, rules)


def by_name(outcomes):
    return {outcome.name: outcome for outcome in outcomes}


GOOD = FileCount("a.csv", rows_read=110, accepted=98, quarantined=2, superseded=10)


def test_a_good_delivery_passes_all_six():
    outcomes = delivery_checks(
        contract(),
        delivery(
            GOOD, rules=(counted("sample.a.null", 0), counted("sample.b.null", 0, Severity.WARNING))
        ),
    )
    assert [outcome.name for outcome in outcomes] == [check.name for check in CHECKS][:6]
    assert all(outcome.passed for outcome in outcomes)
    assert refusal_reasons(outcomes) == ()


def test_a_month_has_all_eight_in_the_declared_order_with_the_declared_blocking():
    outcomes = month_checks(contract(), [delivery(GOOD)], ON_TIME, [])
    assert [(outcome.name, outcome.blocking) for outcome in outcomes] == [
        (check.name, check.blocking) for check in CHECKS
    ]
    assert [check.name for check in CHECKS if check.blocking] == [
        "readable",
        "headers",
        "accounting",
        "tolerance",
    ]


def test_one_unreadable_file_refuses_the_delivery_and_is_named():
    bad = FileCount("b.xlsx", unreadable=Message("Tệp rỗng.", "The file is empty."))
    outcome = by_name(delivery_checks(contract(), delivery(GOOD, bad)))["readable"]
    assert not outcome.passed
    assert outcome.summary == Message(
        "1 trong 2 tệp không dùng được. quang-nam/b.xlsx: Tệp rỗng.",
        "1 of 2 files cannot be used. quang-nam/b.xlsx: The file is empty.",
    )
    assert "| quang-nam | b.xlsx | Tệp rỗng. |" in outcome.rules_markdown


def test_wrong_headers_refuse_the_delivery():
    bad = FileCount(
        "b.csv", wrong_header=Message("Thiếu cột Mã hồ sơ.", "Column Mã hồ sơ is missing.")
    )
    outcomes = by_name(delivery_checks(contract(), delivery(bad)))
    assert outcomes[
        "readable"
    ].passed  # the file can be read; that it has no rows is not said twice
    assert not outcomes["headers"].passed
    assert refusal_reasons(outcomes.values()) == (outcomes["headers"].summary,)


@pytest.mark.parametrize(("nil_return", "passed"), [(True, True), (False, False)])
def test_a_header_without_rows_is_a_reported_zero_only_where_the_contract_says_so(
    nil_return, passed
):
    outcomes = by_name(delivery_checks(contract(nil_return), delivery(FileCount("a.csv"))))
    assert outcomes["readable"].passed is passed
    assert outcomes["tolerance"].passed


@pytest.mark.parametrize(("accepted", "difference"), [(97, 1), (99, -1)])
def test_rows_that_went_nowhere_or_came_from_nowhere_fail_the_accounting(accepted, difference):
    file = FileCount("a.csv", rows_read=110, accepted=accepted, quarantined=2, superseded=10)
    assert file.unaccounted == difference
    outcome = by_name(delivery_checks(contract(), delivery(GOOD, file)))["accounting"]
    assert not outcome.passed
    assert f"quang-nam/a.csv ({difference:+d})" in outcome.summary.en


def test_accounting_holds_file_by_file_not_in_the_sum():
    one_too_many = FileCount("a.csv", rows_read=10, accepted=11)
    one_too_few = FileCount("b.csv", rows_read=10, accepted=9)
    assert not by_name(delivery_checks(contract(), delivery(one_too_many, one_too_few)))[
        "accounting"
    ].passed


@pytest.mark.parametrize(
    ("read", "superseded", "quarantined", "passed"),
    [
        (150, 0, 3, True),
        (150, 0, 4, False),
        (160, 10, 3, True),
        (150, 50, 3, False),
        (0, 0, 0, True),
    ],
)
def test_at_most_the_tolerated_share_of_rows_read_less_superseded(
    read, superseded, quarantined, passed
):
    file = FileCount("a.csv", read, read - superseded - quarantined, quarantined, superseded)
    assert (
        by_name(delivery_checks(contract(nil_return=True), delivery(file)))["tolerance"].passed
        is passed
    )


def test_a_tolerance_is_compared_exactly():
    """7 % of 100 rows are 7 rows, though 0.07 * 100 is a little more in floating point, and 0.29 *
    100 a little less.
    """
    for tolerance, rows in ((0.07, 7), (0.29, 29)):
        for quarantined, passed in ((rows, True), (rows + 1, False)):
            file = FileCount("a.csv", 100, 100 - quarantined, quarantined)
            assert (
                by_name(delivery_checks(contract(tolerance=tolerance), delivery(file)))[
                    "tolerance"
                ].passed
                is passed
            )


def test_one_office_over_the_tolerance_fails_the_month_and_is_named():
    bad = delivery(FileCount("b.csv", 100, 95, 5), supplier="an-giang")
    outcome = by_name(month_checks(contract(), [delivery(GOOD), bad], ON_TIME, []))["tolerance"]
    assert not outcome.passed
    assert "an-giang 5/100 (5 %)" in outcome.summary.vi
    assert "an-giang 5/100 (5%)" in outcome.summary.en
    assert "quang-nam" not in outcome.summary.en
    assert "| quang-nam | 100 | 2 | 2 % | 2 % |" in outcome.rules_markdown


def test_rules_of_several_deliveries_are_added_up_and_the_broken_come_first():
    deliveries = [
        delivery(
            GOOD,
            rules=(
                counted("sample.a.null", 0),
                counted("sample.b.null", 2),
                counted("sample.c.null", 9, Severity.WARNING),
            ),
        ),
        delivery(
            GOOD,
            supplier="an-giang",
            rules=(counted("sample.a.null", 0), counted("sample.b.null", 3)),
        ),
    ]
    outcomes = by_name(month_checks(contract(), deliveries, ON_TIME, []))
    assert not outcomes["critical_rules"].passed
    assert not outcomes["critical_rules"].blocking
    assert (
        outcomes["critical_rules"].summary.en == "1 of 2 rules are broken, 5 times: sample.b.null."
    )
    assert outcomes["critical_rules"].rules_markdown.splitlines() == [
        "| Quy tắc | Thông báo | Mức độ | Dòng đã xét | Dòng vi phạm |",
        "| --- | --- | --- | --- | --- |",
        r"| sample.b.null | Sai \| sample.b.null. | nghiêm trọng | 200 | 5 |",
        r"| sample.a.null | Sai \| sample.a.null. | nghiêm trọng | 200 | 0 |",
    ]
    assert (
        outcomes["warning_rules"].summary.en == "1 of 1 rules are broken, 9 times: sample.c.null."
    )


@pytest.mark.parametrize(
    ("arrived", "vanished", "today", "passed", "said"),
    [
        (("an-giang", "quang-nam"), (), date(2024, 8, 1), True, "2 of 2"),
        (("an-giang",), (), date(2024, 7, 5), True, "Not here yet: quang-nam"),
        (("an-giang",), (), date(2024, 7, 6), False, "Overdue: quang-nam"),
        (("all",), (), date(2024, 8, 1), True, "2 of 2"),
        (("an-giang", "quang-nam"), ("an-giang",), date(2024, 7, 1), False, "vanished: an-giang"),
        ((), (), date(2024, 8, 1), False, "0 of 2"),
    ],
)
def test_arrival(arrived, vanished, today, passed, said):
    arrival = Arrival(
        ("an-giang", "quang-nam"), arrived, vanished, due=date(2024, 7, 5), today=today
    )
    outcome = by_name(month_checks(contract(), [], arrival, []))["arrival"]
    assert outcome.passed is passed
    assert said in outcome.summary.en


def test_findings_against_earlier_months_warn_and_do_not_block():
    finding = CrossMonthFinding(
        "quang-nam", "sample.volume.band", Message("Ít hơn thường lệ.", "Fewer than usual.")
    )
    outcome = by_name(month_checks(contract(), [delivery(GOOD)], ON_TIME, [finding]))["cross_month"]
    assert (outcome.passed, outcome.blocking) == (False, False)
    assert "| quang-nam | sample.volume.band | Ít hơn thường lệ. |" in outcome.rules_markdown


def test_a_long_list_names_the_first_and_counts_the_rest():
    assert listed([f"s{i}" for i in range(12)]) == Message(
        "s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, và 2 mục khác",
        "s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, and 2 more",
    )


def test_no_rules_no_table():
    assert markdown_table([]) == ""
