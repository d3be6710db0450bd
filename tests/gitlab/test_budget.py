"""Budgets: never more than so many calls in any minute, whenever they arrive; shared fairly; and the circuit."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gitlab.budget import HAIR, Budget
from app.gitlab.circuit import Circuit
from app.gitlab.lane import Lane, NotSent

STEPS = st.lists(
    st.tuples(
        st.floats(0, 70, allow_nan=False) | st.sampled_from([0.0, 0.001, 0.2, 1.0, 59.999, 60.0, 60.001]),
        st.sampled_from(["call", "call", "call", "end", "wait"]),
    ),
    max_size=120,
)


@given(limit=st.integers(1, 12), steps=STEPS, start=st.floats(0, 1e9, allow_nan=False))
def test_no_minute_ever_holds_more_calls_than_the_budget(
    limit: int, steps: list[tuple[float, str]], start: float
) -> None:
    """A call may reach GitLab at any instant between its beginning and its end: whichever it is, the budget holds."""
    budget, now = Budget(limit), start
    calls: list[list[float]] = []  # each with when it began and when it ended
    under_way: list[int] = []
    for passed, step in steps:
        now += passed
        if step == "wait":
            now += budget.wait(now)
        if step == "end" and under_way:
            done = under_way.pop(0)
            calls[done][1] = now
            budget.end(now)
        elif budget.wait(now) == 0:
            budget.begin(now)
            under_way.append(len(calls))
            calls.append([now, float("inf")])
    for began, _ in calls:  # a window that ends as one begins holds as many as any
        assert sum(b <= began and e >= began - 60 for b, e in calls) <= limit


@given(limit=st.integers(1, 40), lasting=st.floats(0, 3, allow_nan=False))
def test_whoever_waits_as_told_spends_the_whole_budget(limit: int, lasting: float) -> None:
    budget, now, began = Budget(limit), 0.0, []
    while now < 600:
        if wait := budget.wait(now):
            now += wait
            continue
        budget.begin(now)
        began.append(now)
        now += lasting / limit
        budget.end(now)
    assert len(began) >= limit * 600 / (60 + HAIR + lasting) - limit


def test_half_goes_at_once_and_the_rest_is_spread_so_that_nobody_stands_still() -> None:
    budget, now, longest, began = Budget(50), 0.0, 0.0, 0
    while now < 300:
        wait = budget.wait(now)
        longest = max(longest, wait)
        if wait:
            assert began >= 25
            now += wait
        else:
            budget.begin(now)
            budget.end(now)
            began += 1
    assert longest < 3


def in_threads(count: int, lane: Lane, seconds: float) -> tuple[list[list[float]], list[float]]:
    """What that many threads do in so long: the instants at which each had a turn, and all turns in order."""
    taken: list[list[float]] = [[] for _ in range(count)]
    ends = time.monotonic() + seconds

    def work(mine: list[float]) -> None:
        while time.monotonic() < ends:
            try:
                with lane.slot(5.0):
                    mine.append(time.monotonic())
            except NotSent:
                return

    threads = [threading.Thread(target=work, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, sorted(at for mine in taken for at in mine)


def test_threads_share_one_budget_and_each_has_its_turn() -> None:
    taken, every = in_threads(4, Lane("calls", Budget(40, window=0.5)), 1.6)
    assert all(every[n + 40] - every[n] >= 0.5 for n in range(len(every) - 40))
    counts = sorted(len(mine) for mine in taken)
    assert sum(counts) > 80
    assert counts[0] > counts[-1] / 3


def test_who_would_wait_too_long_is_told_at_once_how_long() -> None:
    lane = Lane("notes", Budget(3, window=30))
    for _ in range(2):
        with lane.slot(0.1):
            pass
    started = time.monotonic()
    with pytest.raises(NotSent, match="the notes of this minute are used up") as caught, lane.slot(5.0):
        pass
    assert time.monotonic() - started < 1
    assert 14 < (caught.value.retry_after or 0) < 17
    assert caught.value.everywhere


def test_a_pause_is_for_all_threads_and_is_never_shortened() -> None:
    lane = Lane("calls", Budget(100), chance=lambda: 0.5)
    lane.pause(0.4)
    lane.pause(0.1)
    assert 0.3 < lane.paused_for < 0.5
    started = time.monotonic()
    threads = [threading.Thread(target=lane.slot(5).__enter__) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.4 <= time.monotonic() - started < 0.9


def test_what_gitlab_leaves_is_spread_over_the_time_until_it_leaves_more() -> None:
    lane = Lane("calls", Budget(10_000))
    lane.pace(remaining=9, limit=10, seconds=1.0)  # plenty: nothing slows down
    started = time.monotonic()
    for _ in range(50):
        with lane.slot(1):
            pass
    assert time.monotonic() - started < 0.3
    lane.pace(remaining=4, limit=10, seconds=1.0)
    started = time.monotonic()
    for _ in range(4):
        with lane.slot(1):
            pass
    assert 0.7 < time.monotonic() - started < 1.2
    lane.pace(remaining=0, limit=10, seconds=30)
    with pytest.raises(NotSent), lane.slot(1):
        pass


def test_a_circuit_opens_after_five_failures_in_a_row_and_asks_more_and_more_seldom() -> None:
    circuit, now, waits = Circuit(), 0.0, []
    for _ in range(4):
        circuit.failed(now)
    circuit.answered()
    for _ in range(4):
        circuit.failed(now)
        assert (circuit.state, circuit.wait(now)) == ("closed", 0)
    for _ in range(9):
        circuit.failed(now)
        assert circuit.state == "open"
        circuit.failed(now)  # what was under way when it opened changes nothing
        waits.append(circuit.wait(now))
        now += circuit.wait(now)
        assert circuit.wait(now) == 0
        circuit.probe()
        assert circuit.wait(now) > 0  # for everybody else
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    circuit.answered()
    assert (circuit.state, circuit.failures, circuit.wait(now)) == ("closed", 0, 0)


def test_a_call_that_was_not_made_costs_nothing() -> None:
    lane = Lane("notes", Budget(1))
    for _ in range(3):
        with pytest.raises(NotSent, match="no lease"), lane.slot(0):
            raise NotSent("no lease")
    assert lane.used == 0
    with lane.slot(0):
        pass
    assert lane.used == 1
