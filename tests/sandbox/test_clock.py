"""The sandbox's clock: alone, and through its control endpoint."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.clock import Clock, parse_duration, parse_instant, stamp

START = datetime(2026, 3, 2, 14, tzinfo=UTC)


class Machine:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@given(st.integers(0, 400), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_is_the_sum_of_its_parts(days: int, hours: int, minutes: int, seconds: int) -> None:
    text = f"P{days}DT{hours}H{minutes}M{seconds}S"
    assert parse_duration(text) == timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@given(st.text(max_size=12))
def test_any_other_text_is_no_duration_and_says_so(text: str) -> None:
    if not text.strip().startswith("P"):
        with pytest.raises(ValueError, match="is not an ISO 8601 duration"):
            parse_duration(text)


@pytest.mark.parametrize("text", ["", "P", "PT", "P1", "-PT1H", "PT-1H", "1H", "P1H", "PT1H ago"])
def test_half_a_duration_or_a_negative_one_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


def test_weeks_and_fractions_of_seconds_are_understood() -> None:
    assert parse_duration("P2W") == timedelta(days=14)
    assert parse_duration("PT0.5S") == timedelta(milliseconds=500)


def test_an_instant_needs_a_zone() -> None:
    assert parse_instant("2026-03-02T15:00+01:00") == START
    with pytest.raises(ValueError, match="time zone"):
        parse_instant("2026-03-02T14:00")


def test_a_stamp_cuts_off_below_the_millisecond() -> None:
    assert stamp(datetime(2026, 3, 2, 14, 0, 0, 999_999, tzinfo=UTC)) == "2026-03-02T14:00:00.999Z"


def test_the_clock_ticks_with_its_offset_and_stands_still_when_frozen() -> None:
    machine = Machine()
    clock = Clock(machine)
    clock.advance(timedelta(hours=50))
    machine.at += timedelta(seconds=1)
    assert clock.now() == START + timedelta(hours=50, seconds=1)
    clock.freeze(True)
    machine.at += timedelta(hours=1)
    assert clock.now() == clock.in_a_moment() == START + timedelta(hours=50, seconds=1)
    clock.advance(timedelta(minutes=1))
    clock.freeze(False)
    machine.at += timedelta(seconds=1)
    assert clock.now() == START + timedelta(hours=50, minutes=1, seconds=2)


def test_nothing_is_stamped_before_a_stamp_that_was_given_a_moment_ahead() -> None:
    clock = Clock(Machine())
    ahead = clock.in_a_moment()
    assert ahead > START
    assert clock.now() == ahead


def test_the_control_sets_freezes_and_advances_in_one_call(sandbox) -> None:
    answer = sandbox.control("clock", {"frozen": True, "set": "2026-03-02T14:00Z", "advance": "P1DT2H"})
    assert answer["now"] == "2026-03-03T16:00:00Z"
    assert answer["frozen"] is True
    assert sandbox.http.get("/-/sandbox/clock").json()["now"] == "2026-03-03T16:00:00Z"
    assert sandbox.control("clock", {"frozen": False})["frozen"] is False


def test_while_frozen_all_stamps_are_equal(sandbox) -> None:
    sandbox.freeze()
    issue = sandbox.issue(labels=["Expedite"])
    event = issue.resourcelabelevents.list(get_all=True)[0]
    assert issue.created_at == issue.updated_at == event.created_at == "2026-03-02T14:00:00.000Z"


@pytest.mark.parametrize(
    "body",
    [
        {"advance": "-PT1H"},
        {"advance": 3},
        {"set": "tomorrow"},
        {"frozen": "yes"},
        {"speed": 2},
        {},
        [],
        {"advance": "P999999999D"},
        {"advance": "P9999999D"},
    ],
)
def test_a_wrong_body_moves_nothing_and_says_what_is_wrong(sandbox, body) -> None:
    sandbox.freeze()
    answer = sandbox.http.post("/-/sandbox/clock", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sandbox.http.get("/-/sandbox/clock").json()["now"] == "2026-03-02T14:00:00Z"
