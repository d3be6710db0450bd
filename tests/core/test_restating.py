"""What differs when rules change, cycle by cycle; and that nothing does when they do not, whatever people did."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.after import after
from app.core.as_of import as_of, reworded
from app.core.attained import Share, totals
from app.core.clock_shape import Clock
from app.core.differences import Judgement, Pair, compare, settled, within
from app.core.evaluate import evaluate
from app.core.judged import Judged, by_key, of_kept, of_plan
from app.core.length import iso_length, read_iso_length
from app.core.model import Issue
from app.core.plan import Plan
from app.core.ruleset import Ruleset
from tests.core.test_laws import Deed, World, histories, quick

HOUR = timedelta(hours=1)
NOW = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    return datetime(2026, 3, 2, 14, 0, tzinfo=UTC) + hours * HOUR


def cycle(start: float = 0, due: float | None = 48, end: float | None = None, **more: Any) -> Judged:
    """A cycle of the 48-hour clock, with its instants in hours from its first Monday on."""
    values = {"target": 48 * HOUR, "count": "working_days", "spent": HOUR, **more}
    return Judged(
        "late-activity",
        "activity",
        at(start),
        None if due is None else at(due),
        ended_at=None if end is None else at(end),
        **values,
    )


@pytest.mark.parametrize(
    ("judged", "now", "verdict"),
    [
        pytest.param(cycle(end=47), 100, "met", id="answered before it was due"),
        pytest.param(cycle(end=48), 100, "breached", id="answered exactly when it was due"),
        pytest.param(cycle(end=49), 100, "breached", id="answered later"),
        pytest.param(cycle(), 47, "open", id="open, and not due yet"),
        pytest.param(cycle(), 48, "breached", id="open, exactly when it is due"),
        pytest.param(cycle(due=None), 100, "open", id="open, and no day known"),
        pytest.param(cycle(due=None, end=5), 100, "met", id="ended, and no day was ever known"),
    ],
)
def test_a_cycle_is_met_breached_or_open(judged: Judged, now: float, verdict: str) -> None:
    assert judged.verdict(at(now)) == verdict


def pairs(said: list[Judged], says: list[Judged], now: list[Judged], then: float = 100) -> tuple[Pair, ...]:
    return compare([Judgement(at(then), tuple(said), tuple(says))], now)


def shown(found: tuple[Pair, ...]) -> list[tuple[Any, ...]]:
    return [(*pair.verdicts(at(200)), pair.differs, pair.unjudged) for pair in found]


MET, LATE, SHORT = cycle(end=30), cycle(end=50), cycle(due=24, end=30)


@pytest.mark.parametrize(
    ("said", "says", "now", "expected"),
    [
        pytest.param([MET], [MET], [MET], [("met", "met", False, False)], id="as it was"),
        pytest.param([MET], [SHORT], [SHORT], [("met", "breached", True, False)], id="due earlier"),
        pytest.param([SHORT], [MET], [MET], [("breached", "met", True, False)], id="due later"),
        pytest.param([MET], [], [], [("met", None, True, False)], id="not counted any more"),
        pytest.param([], [MET], [MET], [(None, "met", True, False)], id="not counted then"),
        pytest.param([], [], [MET], [(None, "met", False, True)], id="nobody had judged it"),
        pytest.param(
            [cycle(end=30)], [cycle(end=50)], [LATE], [("met", "breached", True, False)], id="answered otherwise"
        ),
        pytest.param(
            [cycle()], [cycle()], [cycle(due=60, end=55)], [("met", "met", False, False)], id="paused since"
        ),
        pytest.param(
            [cycle()], [cycle(due=24)], [cycle(due=24, end=30)], [("met", "breached", True, False)],
            id="answered since, and due earlier",
        ),
        pytest.param([cycle(due=None)], [cycle(due=None)], [cycle(due=None)], [("open", "open", False, False)],
                     id="no day known either way"),
        pytest.param([cycle(due=None)], [cycle(due=9)], [cycle(due=9)], [("open", "breached", True, False)],
                     id="a day known now"),
        pytest.param([MET], [MET], [], [("met", "met", False, False)], id="gone since, which the rules did not do"),
        pytest.param([], [MET], [], [], id="neither counted then nor there now"),
    ],
)  # fmt: skip
def test_a_cycle_differs_by_what_the_rules_make_of_it(
    said: list[Judged], says: list[Judged], now: list[Judged], expected: list[tuple[Any, ...]]
) -> None:
    assert shown(pairs(said, says, now)) == expected


def test_each_cycle_is_compared_with_the_judgement_of_its_time() -> None:
    old, middle, new = cycle(0, 48, 10), cycle(60, 108, 70), cycle(120, 168, 130)
    first = Judgement(at(50), (old,), (replace(old, due_at=at(24)),))
    second = Judgement(at(110), (replace(old, due_at=at(24)), middle), (replace(old, due_at=at(24)), middle))
    found = compare([first, second], [replace(old, due_at=at(24)), middle, new])
    assert [(p.cycle.started_at, p.differs, p.unjudged) for p in found] == [
        (at(0), True, False),
        (at(60), False, False),
        (at(120), False, True),
    ]


def test_two_rules_may_have_clocks_of_one_name_that_begin_at_one_instant() -> None:
    other = replace(MET, rule="another", due_at=at(12))
    assert len(by_key([MET, other])) == 2
    assert shown(pairs([MET, other], [MET, other], [MET, other])) == [
        ("met", "met", False, False),
        ("breached", "breached", False, False),
    ]


def test_what_ran_on_since_it_was_judged_has_no_length_of_before() -> None:
    found = pairs([cycle()], [cycle(due=24)], [cycle(due=24, end=30, over=6 * HOUR)])
    assert found[0].before
    assert found[0].now
    assert (found[0].before.spent, found[0].before.ended_at, found[0].now.over) == (None, at(30), 6 * HOUR)


@pytest.mark.parametrize(
    ("pair", "inside"),
    [
        pytest.param(Pair(None, cycle(0, 48, 9), differs=False), False, id="ended before"),
        pytest.param(Pair(None, cycle(0, 48, 10), differs=False), True, id="ended exactly then"),
        pytest.param(Pair(None, cycle(0, 48), differs=False), True, id="still open"),
        pytest.param(Pair(None, cycle(20, 48, 30), differs=False), True, id="all of it after"),
    ],
)
def test_cycles_count_that_began_or_ended_since_then(pair: Pair, inside: bool) -> None:
    assert within(pair, at(10)) is inside


@pytest.mark.parametrize(
    ("said", "now", "same"),
    [
        pytest.param([MET], [MET], True, id="as it was"),
        pytest.param([cycle()], [cycle(end=120)], True, id="ended since"),
        pytest.param([cycle()], [cycle(end=100)], False, id="ended by then, so they say now"),
        pytest.param([MET], [MET, cycle(110)], True, id="another began since"),
        pytest.param([MET], [MET, cycle(90)], False, id="another had begun by then, so they say now"),
        pytest.param([MET], [], False, id="gone"),
        pytest.param([MET], [SHORT], False, id="due otherwise"),
    ],
)
def test_what_has_happened_since_is_told_from_what_is_said_otherwise(
    said: list[Judged], now: list[Judged], same: bool
) -> None:
    assert settled(said, now, at(100)) is same


def test_promises_kept_are_summed_by_board_and_clock() -> None:
    found = [
        ("us-east", Pair(MET, SHORT, differs=True)),
        ("us-east", Pair(LATE, MET, differs=True)),
        ("us-east", Pair(MET, MET, differs=False)),
        ("us-east", Pair(LATE, None, differs=True)),
        ("us-east", Pair(None, MET, differs=False, unjudged=True)),
        ("emea", Pair(cycle(due=300), cycle(due=400), differs=True)),
    ]
    emea, east = totals(found, at(200)).values()
    assert (emea.cycles, emea.differ, emea.before, emea.now.attained) == (1, 1, Share(), None)
    assert (east.cycles, east.differ, east.unjudged) == (4, 3, 1)
    assert (east.breach_now, east.no_breach_now) == (1, 2)
    assert (east.before, east.now) == (Share(2, 2), Share(2, 1))
    assert (east.before.attained, round(east.now.attained or 0, 3)) == (0.5, 0.667)


@pytest.mark.parametrize("text", ["PT48H", "-PT1H30M", "PT0S", "PT1H1M1S", "PT5M"])
def test_a_length_is_read_as_it_is_written(text: str) -> None:
    assert iso_length(read_iso_length(text)) == text


@pytest.mark.parametrize("text", ["", "PT", "48H", "P1D", "PT1.5H", "-PT"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no length"):
        read_iso_length(text)


def activity(plan: Plan) -> list[Clock]:
    """The 48-hour clock's cycles."""
    return [clock for clock in plan.clocks if clock.name == "activity"]


def kept(plan: Plan) -> Any:
    """The plan as the journal gives it back."""
    return json.loads(json.dumps(plan.as_dict()))


def test_what_the_journal_keeps_is_what_the_plan_said(plan_of: Any) -> None:
    plan = plan_of(
        """
        2026-03-02T14:00:00.123Z alice opens "Acme demo" from "SA Activity" filled
        2026-03-03T14:00Z sam comments "Hi"
        2026-03-03T15:00Z alice comments "And?"
        2026-03-04T15:00Z sam adds "SA Waiting"
        """,
        "2026-03-20T14:00Z",
    )
    assert of_kept(kept(plan)) == of_plan(plan)
    mine = [one for one in of_plan(plan) if one.clock == "activity"]
    assert [(c.ended_at is None, c.due_at is None) for c in mine] == [(False, False), (True, True)]


def test_of_a_confidential_request_the_journal_keeps_no_clock(issue_of: Any, ruleset: Ruleset) -> None:
    issue = replace(issue_of('2026-03-02T14:00Z alice opens "Acme" from "SA Activity"'), confidential=True)
    plan = evaluate(issue, ruleset, NOW)
    assert (bool(of_plan(plan)), of_kept(kept(plan))) == (True, ())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"outcomes": [{"rule": "x"}]}, id="from before clocks were kept"),
        pytest.param({"outcomes": [{"rule": "x", "clocks": [{"name": "y"}]}]}, id="half a clock"),
        pytest.param(
            {"outcomes": [{"rule": "x", "clocks": [{"name": "y", "count": "moons"}]}]},
            id="another way to count",
        ),
    ],
)
def test_what_another_version_wrote_is_left_out(data: Any) -> None:
    assert of_kept(data) == ()


def test_a_closed_request_keeps_its_clocks_in_the_plan(plan_of: Any) -> None:
    lines = """
        2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled
        2026-03-03T14:00Z sam comments "Hi"
        2026-03-03T15:00Z alice comments "And?"
        2026-03-03T16:00Z alice closes
        """
    clocks = activity(plan_of(lines, "2026-03-20T14:00Z"))
    assert [(c.state, c.ended_at and c.ended_at.hour) for c in clocks] == [("met", 14), ("met", 16)]


def test_a_clock_that_closing_does_not_answer_is_over_with_it_all_the_same(
    issue_of: Any, ruleset: Ruleset
) -> None:
    issue = issue_of(
        """
        2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled
        2026-03-02T15:00Z sam adds "SA Waiting"
        2026-03-02T16:00Z alice closes
        """
    )
    plan = evaluate(issue, changed(ruleset, answered_by=["sa_activity"]), NOW)
    assert [(c.state, c.ended_at, c.spent) for c in activity(plan)] == [("met", at(2), HOUR)]


def test_a_breach_that_was_let_pass_is_in_the_plan_too(plan_of: Any) -> None:
    lines = """
        2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled
        2026-03-02T15:00Z sam comments "@triage-bot allow late-activity because she is away"
        """
    plan = plan_of(lines, "2026-03-09T14:00Z")
    assert [o.verdict for o in plan.outcomes if o.rule == "late-activity"] == ["waived"]
    assert [c.state for c in activity(plan)] == ["breached"]


def changed(ruleset: Ruleset, **update: Any) -> Ruleset:
    """The rules with another clock."""
    rules = tuple(
        r.model_copy(update={"check": r.check.model_copy(update=update)}) if r.id == "late-activity" else r
        for r in ruleset.rules
    )
    return replace(ruleset, rules=rules)


HISTORY = """
    2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity"
    2026-03-02T15:00Z sam adds "SA Doing"
    2026-03-02T16:00Z alice edits the description
    2026-03-02T17:00Z sam closes
    2026-03-02T18:00Z sam reopens
    2026-03-02T19:00Z sam removes "SA Doing"
    2026-03-02T19:00Z sam adds "SA POV"
    2026-03-02T20:00Z sam closes
    """


@pytest.mark.parametrize(
    ("hour", "state", "labels", "notes"),
    [
        pytest.param(0, "opened", set(), 0, id="at the opening"),
        pytest.param(0.9, "opened", set(), 0, id="before the first label"),
        pytest.param(1, "opened", {"SA Doing"}, 0, id="at the instant of the label"),
        pytest.param(2, "opened", {"SA Doing"}, 1, id="after the edit"),
        pytest.param(3.5, "closed", {"SA Doing"}, 1, id="while it was closed"),
        pytest.param(4, "opened", {"SA Doing"}, 1, id="reopened"),
        pytest.param(5, "opened", {"SA POV"}, 1, id="labels changed"),
        pytest.param(9, "closed", {"SA POV"}, 1, id="as it is"),
    ],
)
def test_an_issue_is_seen_as_it_was(
    issue_of: Any, hour: float, state: str, labels: set[str], notes: int
) -> None:
    found: Issue = as_of(issue_of(HISTORY), at(hour))
    assert (found.state, found.labels, len(found.notes)) == (state, labels, notes)
    assert (found.closed_at is not None) is (state == "closed")
    assert reworded(issue_of(HISTORY), at(hour)) is (hour < 2)


def judged_on(history: list[Deed], looks: set[int], ruleset: Ruleset) -> tuple[World, list[Plan]]:
    """The history, and what the rules said of it after those deeds; what they wanted done is done a moment later."""
    world, now = World(), World().issue.created_at
    plans: list[Plan] = []
    for i, deed in enumerate(history):
        now += deed.after
        if world.possible(deed):
            world.do(deed, now)
        more = i + 1 < len(history) and not history[i + 1].after  # nobody looks within a millisecond
        if i in looks and not more:
            plans.append(evaluate(world.issue, ruleset, now))
            for action in plans[-1].actions:
                world.issue = after(world.issue, action, now + timedelta(milliseconds=1))
            world.ids = count(next(world.ids) + 100)  # beyond the ids of what the bot wrote
    return world, plans


@settings(quick, max_examples=80)
@given(histories, st.sets(st.integers(0, 11)), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_as_long_as_no_rule_changes_nothing_differs_whatever_happened_since(
    history: list[Deed], looks: set[int], later: timedelta
) -> None:
    rules = World().ruleset
    world, plans = judged_on(history, looks, rules)
    now = of_plan(evaluate(world.issue, rules, world.issue.newest_event_at + later))
    for plan in plans:
        then = of_plan(evaluate(as_of(world.issue, plan.at), rules, plan.at))
        assert of_kept(kept(plan)) == then
        found = compare([Judgement(plan.at, of_kept(kept(plan)), then)], now)
        assert not any(pair.differs for pair in found)


CHANGES: list[dict[str, Any]] = [
    {"target": 24 * HOUR},
    {"target": 96 * HOUR, "expedite": None},
    {"count": "wall"},
    {"count": "working_hours", "target": 8 * HOUR},
    {"paused_while": []},
    {"answered_by": ["sa_note"]},
    {"starts": ["opened"]},
    {"calendar": "apac-japan"},
]


@settings(quick, max_examples=80)
@given(histories, histories, st.sampled_from(CHANGES))
def test_once_restated_nothing_differs(history: list[Deed], more: list[Deed], change: dict[str, Any]) -> None:
    old = World().ruleset
    new = changed(old, **change)
    world, plans = judged_on(history, {len(history) - 1}, old)
    first = world.issue.newest_event_at + HOUR
    says = evaluate(world.issue, new, first)
    for plan in plans:
        then = of_plan(evaluate(as_of(world.issue, plan.at), new, plan.at))
        compare([Judgement(plan.at, of_kept(kept(plan)), then)], of_plan(says))  # the first time: may differ
    restated = of_kept(kept(says))
    now = first + HOUR
    for deed in more:
        now += deed.after
        if world.possible(deed):
            world.do(deed, now)
    then = of_plan(evaluate(as_of(world.issue, first), new, first))
    found = compare([Judgement(first, restated, then)], of_plan(evaluate(world.issue, new, now)))
    assert not any(pair.differs for pair in found)


@settings(quick, max_examples=50)
@given(histories, st.sampled_from(CHANGES))
def test_what_one_ruleset_says_against_another_is_the_reverse_the_other_way_round(
    history: list[Deed], change: dict[str, Any]
) -> None:
    old = World().ruleset
    new = changed(old, **change)
    world, _ = judged_on(history, set(), old)
    now = world.issue.newest_event_at + HOUR
    one, two = (of_plan(evaluate(world.issue, rules, now)) for rules in (old, new))
    there, back = compare([Judgement(now, one, two)], two), compare([Judgement(now, two, one)], one)
    assert [(p.verdicts(now), p.differs) for p in there] == [(p.verdicts(now)[::-1], p.differs) for p in back]
