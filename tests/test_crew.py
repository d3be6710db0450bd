"""Several hands: each task once, results as they come, and an end that finishes what is under way."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from app.gitlab.client import GitLab
from app.sweep.crew import AHEAD, Crew

THREADS = [0, 1, 4]


def crew(act: Callable[[int], int], threads: int) -> Crew[int, int]:
    gitlab = GitLab("http://127.0.0.1:9", "token")
    return Crew(lambda _gitlab, task: act(task), gitlab, threads)


def run(hands: Crew[int, int], tasks: list[int]) -> list[int]:
    found, left = [], list(tasks)
    while True:
        while left and hands.room:
            hands.give(left.pop(0))
        if hands.idle:
            return found
        found.append(hands.take())


@pytest.mark.parametrize("threads", THREADS)
def test_each_task_is_done_once(threads: int) -> None:
    with crew(lambda n: n * n, threads) as hands:
        assert sorted(run(hands, list(range(50)))) == sorted(n * n for n in range(50))


def test_one_hand_works_in_order_in_the_callers_thread() -> None:
    names: list[str] = []

    def act(n: int) -> int:
        names.append(threading.current_thread().name)
        return n

    with crew(act, 0) as hands:
        assert run(hands, [3, 1, 2]) == [3, 1, 2]
    assert set(names) == {threading.current_thread().name}


def test_several_work_at_once() -> None:
    together = threading.Barrier(4, timeout=5)

    def act(n: int) -> int:
        together.wait()
        return n

    with crew(act, 4) as hands:
        assert len(run(hands, list(range(8)))) == 8


@pytest.mark.parametrize("threads", THREADS)
def test_what_goes_wrong_is_told_and_the_others_go_on(threads: int) -> None:
    def act(n: int) -> int:
        if n == 2:
            raise LookupError("two")
        return n

    found, errors = [], 0
    with crew(act, threads) as hands:
        for n in range(4):
            while not hands.room:
                found.append(hands.take())
            hands.give(n)
            if threads == 0:
                try:
                    found.append(hands.take())
                except LookupError:
                    errors += 1
        while not hands.idle:
            try:
                found.append(hands.take())
            except LookupError:
                errors += 1
    assert (sorted(found), errors) == ([0, 1, 3], 1)


def test_there_is_room_for_some_tasks_ahead_and_no_more() -> None:
    go_on = threading.Event()

    def act(n: int) -> int:
        go_on.wait(5)
        return n

    with crew(act, 2) as hands:
        for n in range(2 * AHEAD):
            assert hands.room
            hands.give(n)
        assert not hands.room
        go_on.set()
        hands.take()
        assert hands.room


def test_what_is_dropped_is_not_done_and_what_is_under_way_is_finished() -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()
    done: list[int] = []

    def act(n: int) -> int:
        begun.release()
        go_on.wait(5)
        done.append(n)
        return n

    with crew(act, 2) as hands:
        for n in range(8):
            hands.give(n)
        for _ in range(2):
            assert begun.acquire(timeout=5)
        hands.drop()
        go_on.set()
        found = [hands.take() for _ in range(2)]
        assert hands.idle
    assert sorted(found) == sorted(done)
    assert len(done) == 2


def test_leaving_waits_for_what_is_under_way() -> None:
    done: list[Any] = []

    def act(n: int) -> int:
        time.sleep(0.1)
        done.append(n)
        return n

    begun = threading.active_count()
    with crew(act, 3) as hands:
        for n in range(3):
            hands.give(n)
        time.sleep(0.05)
    assert len(done) == 3
    assert threading.active_count() == begun
