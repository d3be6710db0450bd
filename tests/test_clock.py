"""Issue time for those who ask often: the sandbox's, at most a second late."""

import time
from datetime import timedelta

import pytest

from app.clock import FRESH_SECONDS, SandboxClock
from app.errors import Unavailable
from tests.town import Town


def test_whoever_asks_often_sees_the_clock_go_on(town: Town) -> None:
    clock = SandboxClock(town.url)
    now = clock.often()
    first = now()
    time.sleep(0.05)
    second = now()
    assert timedelta(milliseconds=50) <= second - first < timedelta(seconds=FRESH_SECONDS)
    assert second <= clock.now()  # never ahead of it
    clock.close()


def test_a_clock_that_was_moved_is_noticed_within_a_second(town: Town) -> None:
    clock = SandboxClock(town.url)
    now = clock.often()
    before = now()
    town.set_clock(advance="PT50H")
    time.sleep(FRESH_SECONDS)
    assert now() - before >= timedelta(hours=50)
    clock.close()


def test_a_clock_that_stands_still_does_so_for_whoever_asks_often(town: Town) -> None:
    town.set_clock(frozen=True)
    clock = SandboxClock(town.url)
    now = clock.often()
    first = now()
    time.sleep(0.05)
    assert now() == first == clock.now()
    clock.close()


def test_a_sandbox_that_does_not_answer_is_unavailable() -> None:
    clock = SandboxClock("http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        clock.often()()
    clock.close()
