"""A digest's figures: which arrivals, promises and waits are in the period, at its edges too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.core.attained import Share
from app.core.clock_shape import Clock
from app.core.digest import Digest, digest, period_begins
from app.core.model import IssueRef
from app.core.standing import Standing

AT = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
SINCE = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def request(iid: int = 1, **more: Any) -> Standing:
    """One open request that came within the period."""
    values = {"open": True, "arrived_at": SINCE + HOUR, "title": f"Number {iid}", "template": "SA Activity"}
    values |= {"owners": ("sam",), "state_since": SINCE + HOUR}
    return Standing("us-east", IssueRef(1, iid), f"group/us-east#{iid}", AT, **{**values, **more})


def clock(state: str, due: datetime | None, end: datetime | None = None, **more: Any) -> Clock:
    values = {"count": "working_days", "target": 48 * HOUR, "spent": HOUR, **more}
    return Clock("activity", state, SINCE - 9 * HOUR, due, ended_at=end, **values)  # type: ignore[arg-type]


def made(*found: Standing) -> Digest:
    return digest("us-east", found, SINCE, AT)


@pytest.mark.parametrize(
    ("one", "share"),
    [
        pytest.param(clock("met", AT, SINCE), Share(1, 0), id="kept at the first instant"),
        pytest.param(clock("met", AT, SINCE - SECOND), None, id="kept a second before"),
        pytest.param(clock("met", AT, AT), Share(1, 0), id="kept at the last instant"),
        pytest.param(clock("breached", SINCE), Share(0, 1), id="broken at the first instant, and still open"),
        pytest.param(clock("breached", SINCE - SECOND, AT), None, id="broken before, answered within"),
        pytest.param(clock("breached", AT), Share(0, 1), id="broken just now"),
        pytest.param(clock("running", AT + HOUR), None, id="neither"),
        pytest.param(clock("paused", None), None, id="standing still"),
    ],
)
def test_a_promise_counts_when_it_was_kept_or_broken(one: Clock, share: Share | None) -> None:
    found = made(request(clocks=(one,)))
    assert found.promises == ((("activity", share),) if share else ())
    assert len(found.broken) == (share.breached if share else 0)


def test_what_is_closed_counts_for_promises_and_arrivals_and_waits_for_nobody() -> None:
    found = made(request(open=False, owners=(), missing=("SA Asks",), clocks=(clock("breached", SINCE, AT),)))
    assert (found.arrived, len(found.broken)) == (1, 1)
    assert (found.open, found.unowned, found.lacking) == ((), (), ())


def test_arrivals_are_by_template_and_confidential_ones_by_none() -> None:
    found = made(
        request(1, template="Workshop"),
        request(2),
        request(3),
        request(4, template=""),
        request(5, confidential=True, template=""),
        request(6, arrived_at=SINCE - SECOND),
        request(7, arrived_at=SINCE),
    )
    assert found.arrivals == (("SA Activity", 3), ("", 1), ("Workshop", 1), (None, 1))
    assert found.arrived == 6


def test_the_oldest_comes_first() -> None:
    early, late = SINCE - HOUR, SINCE
    found = made(
        request(1, owners=(), arrived_at=late),
        request(2, owners=(), arrived_at=early),
        request(3, holder="requester", state_since=late),
        request(4, holder="requester", state_since=early),
    )
    assert [one.ref.iid for one in found.unowned] == [2, 1]
    assert [one.ref.iid for one in found.waiting] == [4, 3]


def test_what_lacks_most_comes_first() -> None:
    found = made(
        request(1, missing=("SA Asks", "Segment")),
        request(2, missing=("SA Asks",)),
        request(3),
        request(4, template="Workshop", missing=("Audience",)),
        request(5, template="OKR"),
    )
    assert [(one.template, one.requests, one.incomplete) for one in found.lacking] == [
        ("SA Activity", 3, 2),
        ("Workshop", 1, 1),
    ]
    assert found.lacking[0].blocks == (("SA Asks", 2), ("Segment", 1))


@pytest.mark.parametrize("hidden", [{"confidential": True}, {"adopted": False}])
def test_confidential_and_old_requests_are_counted_and_no_more(hidden: dict[str, bool]) -> None:
    plain = request(
        owners=(), holder="requester", missing=("SA Asks",), answered=True, clocks=(clock("breached", SINCE),)
    )
    everything: Callable[[Digest], tuple[object, ...]] = lambda d: (  # noqa: E731
        d.promises, d.broken, d.waiting, d.answered, d.unowned, d.lacking
    )  # fmt: skip
    assert all(everything(made(plain)))
    found = made(replace(plain, **hidden))
    assert not any(everything(found))
    assert len(found.open) == 1
    assert (found.hidden, found.left_alone) == (
        (("group/us-east#1",), 0) if "confidential" in hidden else ((), 1)
    )


@pytest.mark.parametrize(
    ("at", "days", "begins"),
    [
        ("2026-03-09T14:00+00:00", 7, "2026-03-02T00:00-05:00"),  # over the change of clocks
        ("2026-03-09T03:59+00:00", 1, "2026-03-07T00:00-05:00"),  # still Sunday in New York
        ("2026-03-09T04:00+00:00", 1, "2026-03-08T00:00-05:00"),
    ],
)
def test_a_period_begins_with_a_local_day(at: str, days: int, begins: str) -> None:
    found = period_begins(datetime.fromisoformat(at), days, ZoneInfo("America/New_York"))
    assert found == datetime.fromisoformat(begins)
