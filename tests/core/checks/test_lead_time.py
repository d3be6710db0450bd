"""How much notice a date gives: at the edges, over weekends and changes of the clocks, and until when it matters."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.core.after import after
from app.core.checks.lead_time import LeadTime
from app.core.evaluate import evaluate
from app.core.facts import Facts, gather
from app.core.model import Issue
from app.core.plan import Plan, PutNote, stamp
from app.core.result import Result
from app.core.ruleset import Ruleset
from app.core.sections import heading_key
from app.core.timeline import read_instant

WRITTEN = "2026-03-02T14:00Z"  # a Monday, nine in the morning in New York
NOW = "2026-03-02T14:01Z"
TWO_DAYS = {"kind": "lead_time", "block": "Call with Product", "at_least": "48h", "count": "working_days"}
WALL = TWO_DAYS | {"count": "wall"}
WEEK = WALL | {"at_least": "7d"}
CHOICE = TWO_DAYS | {"counts": "latest"}
TICK = timedelta(microseconds=1)
HEAD = "| <!-- triage-template: product-support v2 -->\n"
OF_PRODUCT = ("short-notice-for-product", "little-notice-for-product", "no-week-of-notice-for-product")


def request(dates: str, more: str = "", written: str = WRITTEN) -> str:
    return f'{written} alice opens "Build logs"\n{HEAD}| ## Call with Product\n| {dates}\n{more}'


def edits(dates: str, at: str) -> str:
    return f"{at} alice edits the description\n{HEAD}| ## Call with Product\n| {dates}\n"


@pytest.fixture(scope="module")
def facts_of(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Callable[..., Facts]:
    def make(lines: str, now: str = NOW, board: str = "us-east") -> Facts:
        there = ruleset.boards[board]
        return gather(issue_of(lines, board), there, ruleset.labels, ruleset.templates, read_instant(now))

    return make


@pytest.fixture(scope="module")
def looked(facts_of: Callable[..., Facts]) -> Callable[..., Result]:
    def make(lines: str, said: dict[str, Any], now: str = NOW, board: str = "us-east") -> Result:
        return LeadTime.model_validate(said).look(facts_of(lines, now, board))

    return make


@pytest.mark.parametrize(
    ("dates", "said", "failing"),
    [
        ("Wed 4 March 8:59 ET", TWO_DAYS, True),
        ("Wed 4 March 9:00 ET", TWO_DAYS, False),
        ("Wed 4 March 9:01 ET", TWO_DAYS, False),
        ("Wed 4 March 14:59 CET", TWO_DAYS, True),  # the same instants
        ("Wed 4 March 15:00 CET", TWO_DAYS, False),
        ("Wed 4 March 8:59", TWO_DAYS, True),  # by the board's clock
        ("Wed 4 March 9:00", TWO_DAYS, False),
        ("Tue 3 March", TWO_DAYS, True),  # its end is 39 hours away
        ("Wed 4 March", TWO_DAYS, False),
        ("Wed 4 March, SGT", TWO_DAYS, False),  # over at eleven in the morning in New York: 50 hours
        ("Wed 4 March, AEDT", TWO_DAYS, True),  # over at eight: 47 hours
        ("Tue 3 March in the afternoon", TWO_DAYS, True),
        ("Wed 4 March in the morning", TWO_DAYS, False),
        ("Mon 9 March 8:59 ET", WEEK, True),
        ("Mon 9 March 9:00 ET", WEEK, False),  # an hour was lost on Sunday, and it is a week all the same
        ("Mon 9 March", WEEK, False),
        ("Sun 8 March", WEEK, True),
        ("", TWO_DAYS, False),
        ("as soon as possible", TWO_DAYS, False),
        ("Thu 3 March 10:00 ET", TWO_DAYS, False),  # the 3rd is a Tuesday
        ("4/3 10:00 ET", TWO_DAYS, False),  # April or March?
        ("some day this week", TWO_DAYS, False),
        ("1 March 2026", TWO_DAYS, False),  # over already when it was written
    ],
)  # fmt: skip
def test_how_much_notice_is_enough(
    looked: Callable[..., Result], dates: str, said: dict[str, Any], failing: bool
) -> None:
    result = looked(request(dates), said)
    assert result.failing == failing
    assert (result.recheck_at is not None) == failing


@pytest.mark.parametrize(
    ("written", "dates", "board", "said", "failing"),
    [
        # Friday at four, and Tuesday: two working days lie between.
        ("2026-03-20T20:00Z", "Tue 24 March 15:59 ET", "us-east", TWO_DAYS, True),
        ("2026-03-20T20:00Z", "Tue 24 March 16:00 ET", "us-east", TWO_DAYS, False),
        ("2026-03-20T20:00Z", "Sun 22 March 15:59 ET", "us-east", WALL, True),
        ("2026-03-20T20:00Z", "Sun 22 March 16:00 ET", "us-east", WALL, False),
        ("2026-03-21T14:00Z", "Tue 24 March 23:59 ET", "us-east", TWO_DAYS, True),  # written on a Saturday
        ("2026-03-21T14:00Z", "Tue 24 March", "us-east", TWO_DAYS, False),
        ("2026-05-22T14:00Z", "Wed 27 May 9:59 ET", "us-east", TWO_DAYS, True),  # Memorial Day between
        ("2026-05-22T14:00Z", "Wed 27 May 10:00 ET", "us-east", TWO_DAYS, False),
        ("2026-04-02T14:00Z", "Wed 8 April 14:59 London", "emea", TWO_DAYS, True),  # Easter in England
        ("2026-04-02T14:00Z", "Wed 8 April 15:00 London", "emea", TWO_DAYS, False),
        # The clocks go back on 1 November: a week by the clock is an hour longer, and still one.
        ("2026-10-28T14:00Z", "Wed 4 November 9:59 ET", "us-east", WEEK, False),
        ("2026-10-28T14:00Z", "Wed 4 November 9:00 ET", "us-east", WEEK, False),
        ("2026-10-28T14:00Z", "Wed 4 November 8:59 ET", "us-east", WEEK, True),
    ],
)  # fmt: skip
def test_notice_over_weekends_holidays_and_changes_of_the_clocks(
    looked: Callable[..., Result], written: str, dates: str, board: str, said: dict[str, Any], failing: bool
) -> None:
    at = stamp(read_instant(written) + timedelta(minutes=1))
    assert looked(request(dates, written=written), said, at, board).failing == failing


@pytest.mark.parametrize(
    ("dates", "earliest", "latest"),
    [
        ("Tue 3 March 9:00 ET", True, True),
        ("Tue 3 March 9:00 ET or Wed 11 March 9:00 ET", True, False),
        ("Wed 11 March 9:00 ET or Tue 3 March 9:00 ET", True, False),
        ("Tue 3 March 9:00 ET or Wed 4 March 8:59 ET", True, True),
        ("Tue 3 March 9:00 ET or some day next week", True, False),  # that may be far enough
        ("Tue 3 March 9:00 ET or 4/3 9:00 ET", True, False),
        ("Sun 1 March 2026 or Wed 11 March 9:00 ET", False, False),  # the first was over
        ("1 March 2026 or Tue 3 March 9:00 ET", True, True),
    ],
)
def test_of_several_dates_the_earliest_counts_or_the_latest(
    looked: Callable[..., Result], dates: str, earliest: bool, latest: bool
) -> None:
    assert looked(request(dates), TWO_DAYS).failing == earliest
    assert looked(request(dates), CHOICE).failing == latest


NEAR = "Tue 3 March 9:00 ET"
ENDS = "2026-03-03T14:00Z"


@pytest.mark.parametrize(
    ("lines", "now", "failing", "cause", "recheck"),
    [
        (request(NEAR), WRITTEN, True, WRITTEN, ENDS),
        (request(NEAR), "2026-03-03T13:59:59Z", True, WRITTEN, ENDS),
        (request(NEAR), ENDS, False, None, None),
        (request("Tue 3 March"), "2026-03-04T04:59:59Z", True, WRITTEN, "2026-03-04T05:00Z"),
        (request("Tue 3 March"), "2026-03-04T05:00Z", False, None, None),
        (request(NEAR, edits("Wed 11 March 9:00 ET", "2026-03-02T15:00Z")), "2026-03-02T15:00Z", False, None, None),
        (request("Wed 11 March 9:00 ET", edits(NEAR, "2026-03-02T15:00Z")), "2026-03-02T15:00Z", True,
         "2026-03-02T15:00Z", ENDS),
        # Anything that is edited begins the notice anew: what stood there before nobody knows.
        (request("Wed 11 March 9:00 ET", edits("Wed 11 March 9:00 ET", "2026-03-10T14:00Z")), "2026-03-10T14:00Z",
         True, "2026-03-10T14:00Z", "2026-03-11T13:00Z"),
        (request(NEAR, "2026-03-03T15:00Z alice edits the description\n"), "2026-03-03T15:00Z", False, None, None),
        (request(NEAR, '2026-03-02T15:00Z sam adds "SA Triaged"\n'), "2026-03-02T15:00Z", True, WRITTEN, ENDS),
    ],
)  # fmt: skip
def test_from_the_writing_until_the_date_is_over(
    looked: Callable[..., Result], lines: str, now: str, failing: bool, cause: str | None, recheck: str | None
) -> None:
    result = looked(lines, TWO_DAYS, now)
    assert result.failing == failing
    assert result.cause_at == result.since == (read_instant(cause) if cause else None)
    assert result.recheck_at == (read_instant(recheck) if recheck else None)


LABEL = {"when": {"label": "Expedite", "on": False}}


@pytest.mark.parametrize(
    ("more", "failing", "cause"),
    [
        ("", True, WRITTEN),
        ('2026-03-02T15:00Z alice adds "Expedite"\n', False, None),
        (
            '2026-03-02T15:00Z alice adds "Expedite"\n2026-03-02T16:00Z sam removes "Expedite"\n',
            True,
            "2026-03-02T16:00Z",
        ),
    ],
)
def test_it_is_only_for_the_requests_it_is_meant_for(
    looked: Callable[..., Result], more: str, failing: bool, cause: str | None
) -> None:
    result = looked(request(NEAR, more), TWO_DAYS | LABEL, "2026-03-02T17:00Z")
    assert result.failing == failing
    assert result.cause_at == (read_instant(cause) if cause else None)
    assert result.clauses[-1].holds == failing


AT_NINE, AT_THREE = "09:00 EST (New York)", "15:00 CET (Berlin)"


@pytest.mark.parametrize(
    ("dates", "said", "date", "least", "written"),
    [
        (NEAR, {}, f"Tue 3 Mar 2026, {AT_NINE}", "two working days", AT_NINE),
        ("Tue 3 March 15:00 CET", {}, f"Tue 3 Mar 2026, {AT_THREE}", "two working days", AT_THREE),
        ("Tue 3 March 14:00 UTC", {}, f"Tue 3 Mar 2026, {AT_NINE}", "two working days", AT_NINE),
        ("Tue 3 March", {}, "Tue 3 Mar 2026", "two working days", AT_NINE),
        ("Tue 3 March, CET", {}, "Tue 3 Mar 2026", "two working days", AT_THREE),
        (NEAR, {"count": "wall"}, f"Tue 3 Mar 2026, {AT_NINE}", "two days", AT_NINE),
        (NEAR, {"count": "wall", "at_least": "7d"}, f"Tue 3 Mar 2026, {AT_NINE}", "a week", AT_NINE),
        (NEAR, {"count": "wall", "at_least": "36h"}, f"Tue 3 Mar 2026, {AT_NINE}", "36 hours", AT_NINE),
        (NEAR, {"at_least": "36h"}, f"Tue 3 Mar 2026, {AT_NINE}", "36 hours on working days", AT_NINE),
    ],
)
def test_the_date_is_named_in_the_zone_in_which_it_was_offered(
    looked: Callable[..., Result], dates: str, said: dict[str, str], date: str, least: str, written: str
) -> None:
    values = looked(request(dates), TWO_DAYS | said).values
    assert values == {"date": date, "least": least, "written": f"Mon 2 Mar 2026, {written}"}


@pytest.mark.parametrize(
    ("dates", "reason"),
    [
        (NEAR, "notice of 24 hours, less than two working days"),
        ("Wed 11 March 9:00 ET", "it is told in time"),
        ("", "no date is offered"),
        ("1 March 2026", "none that is sure was ahead"),
        ("some day next week", "a date is offered that is not sure"),
    ],
)
def test_people_who_ask_are_told_why(looked: Callable[..., Result], dates: str, reason: str) -> None:
    result = looked(request(dates), CHOICE)
    assert result.reason == reason
    assert all(clause.value for clause in result.clauses)
    assert all(clause.holds for clause in result.clauses) == result.failing


@pytest.mark.parametrize("down_to", ["48h", "49h", "2d"])
def test_a_bound_that_leaves_nothing_is_refused(down_to: str) -> None:
    with pytest.raises(ValidationError, match="down_to must be shorter than at_least"):
        LeadTime.model_validate(TWO_DAYS | {"down_to": down_to})


minutes = st.integers(0, 60 * 24 * 20).map(lambda m: datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=m))


@given(ahead=st.integers(1, 60 * 24 * 12), written=minutes)
def test_three_rules_divide_the_notice_for_product_among_them(
    ruleset: Ruleset, facts_of: Callable[..., Facts], ahead: int, written: datetime
) -> None:
    call = written + timedelta(minutes=ahead)
    offered = f"{call:%a} {call.day} {call:%B %Y %H:%M} UTC"
    facts = facts_of(request(offered, written=stamp(written)), stamp(written))
    rules = {rule.id: rule.check for rule in ruleset.rules if rule.id in OF_PRODUCT}
    assert len(rules) == 3
    failing = [name for name, check in rules.items() if check.look(facts).failing]
    notice = facts.board.counting("working_days").between(written, call)
    bounds = zip(OF_PRODUCT, (timedelta(days=2), timedelta(days=4), timedelta(days=5)), strict=True)
    assert failing == [name for name, bound in bounds if notice < bound][:1]


@given(
    dates=st.lists(minutes, max_size=3),
    whole=st.sets(st.integers(2, 21), max_size=2),
    rewritten=st.lists(minutes, max_size=2),
    now=minutes,
    hours=st.integers(1, 200),
    count=st.sampled_from(["wall", "working_days"]),
    counts=st.sampled_from(["earliest", "latest"]),
    later=st.floats(0, 1),
)
def test_nothing_changes_before_the_recheck_and_something_does_then(
    facts_of: Callable[..., Facts],
    dates: list[datetime],
    whole: set[int],
    rewritten: list[datetime],
    now: datetime,
    hours: int,
    count: str,
    counts: str,
    later: float,
) -> None:
    offered = [f"{at:%a} {at.day} {at:%B %Y %H:%M} UTC" for at in dates]
    offered += [f"{day} March 2026" for day in sorted(whole)]
    more = "".join(f"{stamp(at)} alice edits the description\n" for at in sorted(rewritten))
    facts = facts_of(request(" or ".join(offered), more), WRITTEN)
    said = TWO_DAYS | {"at_least": f"{hours}h", "count": count, "counts": counts}
    check = LeadTime.model_validate(said)
    now = max(now, facts.issue.newest_event_at)

    def seen(at: datetime) -> tuple[object, ...]:
        result = check.look(replace(facts, now=at))
        return result.failing, result.values, result.cause_at, result.recheck_at

    recheck = seen(now)[-1]
    if not isinstance(recheck, datetime):
        assert seen(now + timedelta(days=60) * later) == seen(now)
        return
    assert now < recheck
    assert seen(now + (recheck - TICK - now) * later) == seen(now)
    assert seen(recheck)[0] is False


def notes(plan: Plan) -> list[str]:
    return [action.body for action in plan.actions if isinstance(action, PutNote)]


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        (
            NEAR,
            "is wanted for **Tue 3 Mar 2026, 09:00 EST (New York)**, less than two working days after this was",
        ),
        (
            "Thu 5 March, CET",
            "is wanted for **Thu 5 Mar 2026**, less than four working days after this was written.",
        ),
        ("Fri 6 March 9:00 ET", ""),  # only advised, and no note is begun for that
        ("Mon 9 March 9:00 ET", ""),
    ],
)
def test_what_the_status_note_says(
    ruleset: Ruleset, issue_of: Callable[..., Issue], dates: str, says: str
) -> None:
    template = ruleset.templates["Product support"]
    words = {b.key: b.example for b in template.file.blocks}
    text = template.filled(words | {heading_key("Call with Product"): dates})
    lines = f'{WRITTEN} alice opens "Build logs"\n' + "".join(f"| {line}\n" for line in text.splitlines())
    found = notes(evaluate(issue_of(lines), ruleset, read_instant(NOW)))
    assert len(found) == bool(says)
    assert says in "".join(found)


def test_the_note_stays_as_it_is_until_the_date_is_over(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    taken = '2026-03-02T14:00Z sam adds "SA Triaged"\n'  # so that no clock has anything to say
    issue, written = issue_of(request("Tue 3 March 15:00 ET", taken)), []
    for quarter_hours in range(4 * 40):
        now = read_instant(NOW) + timedelta(minutes=15 * quarter_hours)
        for action in evaluate(issue, ruleset, now).actions:
            written += [now] if isinstance(action, PutNote) else []
            issue = after(issue, action, now)
    assert [stamp(at) for at in written] == ["2026-03-02T14:01:00.000Z", "2026-03-03T20:01:00.000Z"]
