"""The laws of clocks as property tests: requests that people treat by chance, on three boards, with several clocks."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.checks.sla import Sla
from app.core.clock_shape import Clock
from app.core.shares import shares
from tests.histories import facts_of
from tests.walks import FORTNIGHT, START, Deed, Request, deeds, shipped, small, walk

SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
END = START + FORTNIGHT
quick = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
randoms = st.integers(0, 10**9).map(Random)  # told by its seed: what they do by chance is not made simpler
later = st.timedeltas(timedelta(), timedelta(days=12))
given_labels = st.sampled_from([(), ("Expedite",), ("SA Waiting",), ("Security Audit", "SA Doing")])


def played(random: Random, labels: tuple[str, ...] = (), *, most: int = 15) -> tuple[Request, list[Deed]]:
    """A request after all that people did to it, with nobody looking."""
    request, history = Request(small(), *labels), deeds(random, END, most)
    for deed in history:
        request.do(deed)
    return request, history


def clocks_at(request: Request, now: datetime) -> tuple[Clock, ...]:
    """Every cycle of every clock, of those that are kept too."""
    facts = facts_of(request.issue, request.ruleset, now)
    return tuple(clock for check in checks() for clock in check.clocks(facts, check.cycles(facts)))


def checks() -> list[Sla]:
    return [rule.check for rule in small().rules if isinstance(rule.check, Sla)]


@quick
@given(randoms, given_labels, later, later)
def test_what_has_passed_never_falls(
    random: Random, labels: tuple[str, ...], a: timedelta, b: timedelta
) -> None:
    request, _ = played(random, labels)
    first = request.issue.newest_event_at + min(a, b)
    for before, after in zip(clocks_at(request, first), clocks_at(request, first + abs(a - b)), strict=True):
        assert before.spent <= after.spent
        assert (before.over or timedelta()) <= (after.over or timedelta())
        assert (before.started_at, before.due_at, before.target) == (
            after.started_at,
            after.due_at,
            after.target,
        )


@quick
@given(randoms, given_labels, st.timedeltas(timedelta(), timedelta(days=40)))
def test_a_pause_of_any_length_leaves_what_is_left(
    random: Random, labels: tuple[str, ...], length: timedelta
) -> None:
    request, _ = played(random, labels)
    start = request.issue.newest_event_at + timedelta(minutes=5)
    for what, label in (("reopen", ""), ("ask", ""), ("swap", "SA Waiting")):
        start += timedelta(minutes=5)
        request.do(Deed(start, "alice" if what == "ask" else "sam", what, label))
    before = {c.name: c for c in clocks_at(request, start) if c.state == "paused"}
    request.do(Deed(start + length, "alice", "ask"))
    after = {c.name: c for c in clocks_at(request, start + length) if c.open}
    for name, clock in before.items():
        assert clock.left is not None
        if clock.target == after[name].target:  # which of two promises ends first may change with the hour
            assert after[name].left == clock.left
            assert after[name].spent == clock.spent


@quick
@given(randoms, given_labels, st.lists(later, min_size=3, max_size=3).map(sorted))
def test_a_span_that_is_split_anywhere_is_as_long_and_shared_alike(
    random: Random, labels: tuple[str, ...], at: list[timedelta]
) -> None:
    request, _ = played(random, labels)
    facts = facts_of(request.issue, request.ruleset, END + FORTNIGHT)
    a, b, c = (START + each for each in at)
    for count in ("wall", "working_days", "working_hours"):
        counting = facts.counting(count)
        whole, first, second = (shares(facts, counting, *span) for span in ((a, c), (a, b), (b, c)))
        assert sum(whole.values(), timedelta()) == counting.between(a, c)
        joined = {
            who: first.get(who, timedelta()) + second.get(who, timedelta()) for who in {*first, *second}
        }
        assert joined == whole


@quick
@given(randoms, given_labels)
def test_at_the_due_instant_it_is_a_breach_and_a_second_before_it_is_not(
    random: Random, labels: tuple[str, ...]
) -> None:
    request, _ = played(random, labels)
    newest = request.issue.newest_event_at
    for n, clock in enumerate(clocks_at(request, newest)):
        if not clock.open or clock.due_at is None or clock.due_at - SECOND < newest:
            continue
        just_before, then = (clocks_at(request, at)[n] for at in (clock.due_at - SECOND, clock.due_at))
        assert just_before.state in ("running", "off hours")
        assert just_before.left is not None
        assert timedelta() < just_before.left <= SECOND or just_before.state == "off hours"
        assert (then.state, then.over) == ("breached", timedelta())
        assert clocks_at(request, clock.due_at - MICROSECOND)[n].state != "breached"


@quick
@given(randoms, given_labels, st.integers(0, 15))
def test_what_comes_later_changes_nothing_of_what_is_over(
    random: Random, labels: tuple[str, ...], cut: int
) -> None:
    """A minute later, that is: what one person does within sixty seconds is one move."""
    request, history = Request(small(), *labels), deeds(random, END, 15)
    for deed in history[:cut]:
        request.do(deed)
    now = request.issue.newest_event_at
    over = [c for c in clocks_at(request, now) if not c.open]
    late = timedelta(seconds=61)
    for deed in history[cut:]:
        request.do(replace(deed, at=deed.at + late))
    after = clocks_at(request, END + FORTNIGHT)
    for clock in over:
        assert clock in after


@settings(quick, max_examples=20)
@given(randoms, given_labels)
def test_clocks_count_the_same_whoever_looked_in_between(random: Random, labels: tuple[str, ...]) -> None:
    """In one world the bot looks after each deed and whenever it wants to, in the other it never does."""
    watched, alone = Request(small(), *labels), Request(small(), *labels)
    wanted = watched.look(START).recheck_at
    # Silenced, the bot leaves the board as it stood when it was told to be quiet: that is what silence means.
    history = [deed for deed in deeds(random, END, 12) if deed.label != "bot::off"]
    for n, deed in enumerate(history):
        while wanted is not None and wanted <= deed.at:
            wanted = watched.look(wanted).recheck_at
        if watched.possible(deed) and alone.possible(deed):
            watched.do(deed)
            alone.do(deed)
        if all(following.at > deed.at for following in history[n + 1 :]):  # nobody looks within an instant
            wanted = watched.look(deed.at).recheck_at
    now = max(alone.issue.newest_event_at, watched.issue.newest_event_at) + timedelta(hours=3)
    assert clocks_at(watched, now) == clocks_at(alone, now)
    assert board(watched, now) == board(alone, now)


def board(request: Request, now: datetime) -> dict[str, object]:
    """What two boards are compared by, but for notes and assignees, after a last look."""
    request.look(now)
    findings = {outcome.rule for outcome in request.look(now).findings}
    return {"state": request.issue.state, "labels": request.issue.labels, "findings": findings}


AFTERWARDS = [  # so that the clock stands still, is closed, and begins anew
    Deed(START + timedelta(days=3, hours=1), "alice", "ask"),
    Deed(START + timedelta(days=4), "maria", "close"),
    Deed(START + timedelta(days=11, hours=2), "alice", "reopen"),
    Deed(START + timedelta(days=12), "sam", "answer"),
]


def test_nothing_changes_before_the_instant_of_the_next_look_minute_by_minute() -> None:
    """A fortnight with Expedite, a wait, a move to another board and two clocks at once. `benchmarks/stepping.py` goes
    through more of them, and by all the rules that we ship."""
    clocks = replace(small(), rules=tuple(rule for rule in small().rules if isinstance(rule.check, Sla)))
    request, history = Request(clocks, "Expedite"), deeds(Random(836), END, 10)
    assert walk(request, history + AFTERWARDS, END) == FORTNIGHT // timedelta(minutes=1)
    assert request.issue.arrivals
    assert {"SA Waiting", "SA Doing", "Expedite"} <= {e.label for e in request.issue.label_events}


@settings(quick, max_examples=6)
@given(randoms, given_labels)
def test_nor_where_rules_tidy_up_in_between(random: Random, labels: tuple[str, ...]) -> None:
    walk(Request(small(), *labels), deeds(random, END), END, timedelta(hours=3))


@settings(quick, max_examples=4)
@given(randoms)
def test_nor_by_all_the_rules_that_we_ship(random: Random) -> None:
    walk(Request(shipped()), deeds(random, END), END, timedelta(hours=6))
