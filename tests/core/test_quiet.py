"""Snoozes, holds and urgency by order: what they stop, until when, and that nothing depends on when the bot looks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.evaluate import evaluate, facts_of
from app.core.model import Issue
from app.core.plan import AddLabel, Plan, PutNote, Reply, Summon
from app.core.quiet import after_snoozes, snoozes
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant
from tests.core.test_laws import Deed, World, board, deeds, gaps, played, quick, shipped
from tests.walks import Deed as Step
from tests.walks import Request, small, walk
from tests.walks import deeds as steps

# Opened on a Monday at nine in New York: 80 % on Tuesday at 23:24, late on Wednesday at nine.
OPENED = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled except "Agreement"\n'
DUE = "2026-03-04T14:00Z"


def order(at: str, who: str, words: str) -> str:
    return f"{at} {who} comments\n  | @triage-bot {words}\n"


def calls(plan: Plan) -> set[str]:
    return {action.rule for action in plan.actions if isinstance(action, Summon)}


def test_nobody_is_called_while_an_sa_wants_none_and_labels_stay_true(plan_of: Callable[..., Plan]) -> None:
    lines = OPENED + order("2026-03-03T15:00Z", "sam", "snooze 3d")
    loud, quiet = plan_of(OPENED, "2026-03-05T14:00Z"), plan_of(lines, "2026-03-05T14:00Z")
    assert "late-activity" in calls(loud)
    assert not calls(quiet)
    assert AddLabel("late-activity", "sla::breached") in quiet.actions
    assert quiet.recheck_at is not None
    assert "no calls by sam's order" in quiet.because
    over = plan_of(lines, "2026-03-06T15:00Z")
    assert "late-activity" in calls(over)
    assert over.because == ""


@pytest.mark.parametrize(
    ("words", "until"),
    [
        (
            "snooze 2d",
            "2026-03-09T14:00Z",
        ),  # Thursday at ten: two working days end on Monday at ten, in summer time
        ("snooze for 2 days", "2026-03-09T14:00Z"),
        ("snooze 4h", "2026-03-05T19:00Z"),
        ("snooze 9h because we talk", "2026-03-06T16:00Z"),
        ("snooze until 2026-03-10", "2026-03-11T04:00Z"),
        ("snooze", ""),
        ("snooze 0d", ""),
        ("snooze 61d", ""),
        ("snooze forever", ""),
        ("snooze until 2026-03-01", ""),
        ("snooze until Friday", ""),
    ],
)
def test_how_long_a_snooze_lasts(
    ruleset: Ruleset, issue_of: Callable[..., Issue], words: str, until: str
) -> None:
    issue = issue_of(OPENED + order("2026-03-05T15:00Z", "sam", words))
    facts = facts_of(issue, ruleset.boards["us-east"], ruleset, read_instant("2026-03-05T16:00Z"))
    assert [q.until for q in snoozes(facts)] == ([read_instant(until)] if until else [])


@pytest.mark.parametrize(
    "end",
    [
        order("2026-03-04T15:00Z", "sofia", "snooze off"),
        order("2026-03-04T15:00Z", "sam", "snooze 1h"),
        '2026-03-04T15:00Z alice edits the description\n',
        '2026-03-04T15:00Z root closes\n2026-03-04T15:00Z root reopens\n',
    ],
    ids=["an SA ends it", "a shorter one takes its place", "the requester edits", "opened anew"],
)  # fmt: skip
def test_a_snooze_ends_early(plan_of: Callable[..., Plan], end: str) -> None:
    lines = OPENED + order("2026-03-03T15:00Z", "sam", "snooze 5d")
    late = "2026-03-06T18:00Z"
    assert not calls(plan_of(lines, late))
    assert "late-activity" in calls(plan_of(lines + end, late))


@pytest.mark.parametrize("who", ["alice", "root"])
@pytest.mark.parametrize("words", ["snooze 5d", "hold because x"])
def test_only_sas_have_their_peace(plan_of: Callable[..., Plan], who: str, words: str) -> None:
    plan = plan_of(OPENED + order("2026-03-03T15:00Z", who, words), "2026-03-05T14:00Z")
    assert (plan.silent, plan.because) == ("", "")
    assert "late-activity" in calls(plan)
    (said,) = [a.body for a in plan.actions if isinstance(a, Reply)]
    assert "is for the SAs and managers of this board to say. To me you are" in said


def test_a_snooze_is_told_in_the_status_note_that_is_there(
    plan_of: Callable[..., Plan], ruleset: Ruleset
) -> None:
    lines = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity"\n'
    lines += order("2026-03-03T15:00Z", "sam", "snooze 3d because @maria /close knows")
    (note,) = [a for a in plan_of(lines, "2026-03-03T16:00Z").actions if isinstance(a, PutNote)]
    assert "No calls about this until Fri 6 Mar 2026, 10:00 EST (New York)" in note.body
    assert "`sam` asked for that, because `@maria /close knows`." in note.body
    (later,) = [a for a in plan_of(lines, "2026-03-06T15:00Z").actions if isinstance(a, PutNote)]
    assert "No calls" not in later.body
    quiet = plan_of(OPENED + order("2026-03-03T15:00Z", "sam", "snooze 3d"), "2026-03-03T16:00Z")
    assert not [a for a in quiet.actions if isinstance(a, PutNote)]  # none is begun for it alone


def test_on_hold_only_orders_are_answered(plan_of: Callable[..., Plan]) -> None:
    lines = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity"\n'
    lines += order("2026-03-02T14:10Z", "sam", "hold because legal looks at it until 2026-03-09")
    lines += '2026-03-02T14:20Z sam adds "SA Triaged"\n2026-03-02T14:30Z sofia adds "SA Doing"\n'
    plan = plan_of(lines, "2026-03-06T14:00Z")
    (reply,) = plan.actions
    assert isinstance(reply, Reply)
    assert "I leave this request alone until Mon 9 Mar 2026, 23:59 EDT (New York)" in reply.body
    assert (plan.silent, plan.recheck_at) == ("an SA has put it on hold", read_instant("2026-03-10T04:00Z"))
    assert "by sam's order" in plan.because
    assert "legal looks at it" in plan.because
    assert plan.findings
    assert len(plan_of(lines, "2026-03-10T04:00Z").actions) > 3
    assert plan_of(lines + order("2026-03-05T14:00Z", "sofia", "hold off"), "2026-03-06T14:00Z").silent == ""


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("hold", "so please say why, and until when: `@triage-bot hold because"),
        ("hold until 2026-03-09", "so please say why"),
        ("hold because x until 2026-02-30", "I cannot read that day, or it is past."),
        ("hold because x", "alone until Mon 9 Mar 2026, 10:00 EDT (New York)"),
        ("hold off", "noted, the hold is over."),
    ],
)
def test_a_hold_has_a_reason_and_an_end(plan_of: Callable[..., Plan], words: str, answer: str) -> None:
    plan = plan_of(OPENED + order("2026-03-02T15:00Z", "sam", words), "2026-03-02T16:00Z")
    (said,) = [a.body for a in plan.actions if isinstance(a, Reply)]
    assert answer in said


def test_urgency_counts_from_when_it_was_ordered(plan_of: Callable[..., Plan]) -> None:
    lines = OPENED + order("2026-03-02T14:30Z", "alice", "expedite because they leave us")
    early, late = plan_of(lines, "2026-03-02T14:31Z"), plan_of(lines, "2026-03-02T18:30Z")
    assert AddLabel("orders", "Expedite") in early.actions
    assert {"+Expedite", "+sla::breached"} <= {str(a) for a in late.actions}
    due = [c.due_at for o in early.outcomes if o.rule == "late-activity" for c in o.clocks]
    assert due == [read_instant("2026-03-02T18:30Z")]
    verdict = {o.rule: o.verdict for o in early.outcomes}["unexplained-expedite"]
    assert verdict == "fine"


@pytest.mark.parametrize(
    ("who", "words", "more", "on"),
    [
        ("sam", "expedite because x", "", True),
        ("alice", "expedite because x", "", True),
        ("root", "expedite because x", "", False),
        ("alice", "expedite", "", False),
        ("alice", "expedite because", "", False),
        ("sam", "expedite because x", '2026-03-02T15:20Z maria removes "Expedite"\n', False),
        ("sam", "expedite because x", '2026-03-02T15:10Z root closes\n2026-03-02T15:20Z root reopens\n', True),
    ],
)  # fmt: skip
def test_who_may_mark_a_request_and_that_people_win(
    plan_of: Callable[..., Plan], who: str, words: str, more: str, on: bool
) -> None:
    plan = plan_of(OPENED + order("2026-03-02T15:00Z", who, words) + more, "2026-03-02T16:00Z")
    assert (AddLabel("orders", "Expedite") in plan.actions) == on


def test_a_board_may_keep_urgency_to_its_sas(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    us_east = ruleset.boards["us-east"]
    file = us_east.file.model_copy(update={"expedite_by": ["sa"]})
    strict = replace(ruleset, boards=ruleset.boards | {"us-east": replace(us_east, file=file)})
    issue = issue_of(OPENED + order("2026-03-02T15:00Z", "alice", "expedite because x"))
    plan = evaluate(issue, strict, read_instant("2026-03-02T16:00Z"))
    (said,) = [a.body for a in plan.actions if isinstance(a, Reply)]
    assert "`expedite` is for the SAs and managers of this board to say" in said
    assert AddLabel("orders", "Expedite") not in plan.actions


def test_an_order_that_is_taken_back_takes_back_what_it_did() -> None:
    world = World()
    now = world.issue.created_at + timedelta(minutes=5)
    world.do(Deed(timedelta(0), "alice", "order", "@triage-bot expedite because x"), now)
    world.look(now)
    assert "Expedite" in world.issue.labels
    assert world.look(now).actions == ()
    kept = [n for n in world.issue.notes if not n.body.startswith("@triage-bot expedite")]
    world.issue = replace(world.issue, notes=tuple(kept))
    world.look(now + timedelta(hours=1))
    assert "Expedite" not in world.issue.labels
    assert world.look(now + timedelta(hours=2)).actions == ()


def test_an_order_that_is_taken_back_late_calls_nobody() -> None:
    world = World()
    now = world.issue.created_at + timedelta(hours=1)
    world.do(Deed(timedelta(0), "alice", "order", "@triage-bot expedite because x"), now)
    world.look(now + timedelta(minutes=1))
    kept = [n for n in world.issue.notes if not n.body.startswith("@triage-bot expedite")]
    world.issue = replace(world.issue, notes=tuple(kept))
    late = now + timedelta(hours=6)  # for what was urgent; for all else two days are meant
    assert [str(a) for a in world.look(late).actions] == ["-Expedite", "edit note status"]
    assert world.look(late).actions == ()


def test_a_label_that_the_bots_users_put_on_otherwise_stays() -> None:
    world = World()
    now = world.issue.created_at + timedelta(minutes=5)
    world.issue = evaluate_after(world, AddLabel("x", "Expedite"), now)
    world.look(now)
    assert "Expedite" in world.issue.labels


def evaluate_after(world: World, action: AddLabel, now: datetime) -> Issue:
    from app.core.after import after

    return after(world.issue, action, now)


WORDS = (
    "expedite because x",
    "snooze 1d",
    "snooze 5h",
    "snooze off",
    "hold because y until 2026-03-10",
    "hold off",
)
sas_orders = st.builds(
    Deed, gaps, st.sampled_from(["sam", "sofia", "alice"]), st.just("order"),
    st.sampled_from([f"@triage-bot {words}" for words in WORDS]),
)  # fmt: skip
ordered = st.lists(st.one_of(deeds, sas_orders), max_size=12)


@settings(quick, max_examples=80)
@given(ordered, st.sets(st.integers(0, 11)))
def test_once_holds_are_over_it_makes_no_difference_when_the_bot_looked(
    history: list[Deed], watched: set[int]
) -> None:
    history = [deed for deed in history if deed.label != "bot::off"]
    live, quiet = played(history, watching=lambda i: i in watched)
    now = live.issue.newest_event_at + timedelta(days=90)
    for world in (live, quiet):
        world.look(now)
        assert world.look(now).actions == ()
    one, other = board(live, now), board(quiet, now)
    assert one == other


@settings(quick, max_examples=50)
@given(ordered, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_time_alone_changes_nothing_before_the_next_look(history: list[Deed], later: timedelta) -> None:
    world = played(history, watching=lambda _i: False)[1]
    now = world.issue.newest_event_at
    recheck = world.look(now).recheck_at
    if recheck is None or now + later < recheck:
        assert evaluate(world.issue, shipped(), now + later).actions == ()


@pytest.mark.parametrize("seed", range(3))
def test_nothing_happens_between_looks_minute_by_minute(seed: int) -> None:
    random = Random(seed)
    until = Request(small(), "Expedite").issue.created_at + timedelta(days=4)
    history = steps(random, until, 8)
    words = [
        f"@triage-bot {one}"
        for one in ("expedite because x", "snooze 1d", "snooze 5h", "hold because y", "hold off")
    ]
    begins = history[0].at if history else until - timedelta(days=3)
    history += [Step(begins + timedelta(hours=5 * n), "sam", "order", one) for n, one in enumerate(words)]
    history = sorted((s for s in history if s.at < until), key=lambda s: s.at)
    assert walk(Request(small()), history, until) > 1000


@given(st.datetimes(), st.lists(st.tuples(st.datetimes(), st.datetimes()), max_size=4))
def test_a_call_is_held_back_to_an_end_and_never_made_early(
    at: datetime, spans: list[tuple[datetime, datetime]]
) -> None:
    from app.core.quiet import Quiet

    found = [Quiet("snooze", "sam", start, end) for start, end in sorted(spans)]
    held = after_snoozes(at, found)
    assert held == at or (held > at and held in {q.until for q in found})
