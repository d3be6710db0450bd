"""The controls beside clock and faults: the log of requests, seeding, settings, reset."""

import time

import pytest


def test_the_index_names_every_control(sandbox) -> None:
    index = sandbox.http.get("/-/sandbox/").json()
    assert any("clock" in name for name in index)
    assert sandbox.http.get("/-/sandbox/unknown").status_code == 404
    assert sandbox.http.delete("/-/sandbox/clock").status_code == 405
    assert sandbox.http.post("/-/sandbox/clock", content="{").status_code == 400


def test_every_api_call_is_written_down(sandbox) -> None:
    sandbox.freeze()
    sandbox.call("sam", "GET", "/projects/1/issues?state=opened")
    sandbox.call(None, "GET", "/user")
    entries = sandbox.http.get("/-/sandbox/requests").json()
    came_at = [entry["machine_at"] for entry in entries]
    assert came_at == sorted(came_at)
    assert time.time() - 60 < came_at[0] < time.time()
    assert [{name: entry[name] for name in entry if name != "machine_at"} for entry in entries] == [
        {
            "index": 0,
            "at": "2026-03-02T14:00:00.000Z",
            "method": "GET",
            "path": "/api/v4/projects/1/issues?state=opened",
            "status": 200,
            "user": "sam",
        },
        {
            "index": 1,
            "at": "2026-03-02T14:00:00.000Z",
            "method": "GET",
            "path": "/api/v4/user",
            "status": 401,
            "user": None,
        },
    ]
    assert sandbox.http.get("/-/sandbox/requests?since=1").json() == entries[1:]
    assert sandbox.http.delete("/-/sandbox/requests").json() == []


def test_seeded_issues_are_spread_over_sixty_days_with_their_histories(sandbox, receiver, hooked) -> None:
    sandbox.freeze()
    hooked()
    (sandbox.templates / "SA Activity.md").write_text("## Customer\n")
    body = {
        "project": 1,
        "issues": 3,
        "label_events": 5,
        "notes": 2,
        "template": "SA Activity",
        "author": "alice",
    }
    assert sandbox.control("seed", body) == {"iids": [1, 2, 3]}
    issues = sandbox.project("sam").issues.list(sort="asc")
    assert [issue.created_at[:10] for issue in issues] == ["2025-12-30", "2026-01-29", "2026-02-28"]
    assert {issue.description for issue in issues} == {"## Customer\n"}
    events = issues[0].resourcelabelevents.list()
    assert [event.action for event in events] == ["add", "remove", "add", "remove", "add"]
    assert issues[0].labels == [events[-1].label["name"]] == ["SA Doing"]
    assert [note.author["username"] for note in issues[0].notes.list(sort="asc")] == ["sam", "alice"]
    assert sandbox.world.hooks.wait_idle(1)
    assert receiver.received == []


def test_seeding_takes_dates_and_closed_issues(sandbox) -> None:
    dates = {"created_from": "2026-01-01T00:00Z", "created_to": "2026-01-02T00:00Z"}
    sandbox.control("seed", {"project": 1, "issues": 2, "state": "closed", **dates})
    issues = sandbox.project("sam").issues.list(sort="asc", state="closed")
    assert [issue.created_at for issue in issues] == ["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"]
    assert [event.state for event in issues[0].resourcestateevents.list()] == ["closed"]


@pytest.mark.parametrize(
    "body",
    [
        {"project": 99, "issues": 1},
        {"project": 1, "issues": -1},
        {"project": 1, "isues": 1},
        {"project": 1, "template": "none"},
        {"project": 1, "issues": 1, "state": "odd"},
    ],
)
def test_a_wrong_seed_is_refused(sandbox, body) -> None:
    assert sandbox.http.post("/-/sandbox/seed", json=body).status_code == 400


def test_ten_thousand_issues_with_twenty_events_are_there_in_seconds_and_read_in_short_pages(sandbox) -> None:
    started = time.monotonic()
    sandbox.control("seed", {"project": 1, "issues": 10_000, "label_events": 20})
    assert time.monotonic() - started < 60
    times = []
    url = "/projects/1/issues?pagination=keyset&order_by=updated_at&sort=asc&per_page=100"
    for _ in range(5):
        started = time.monotonic()
        answer = sandbox.call("triage-bot", "GET", url)
        times.append(time.monotonic() - started)
        url = answer.links["next"]["url"].partition("/api/v4")[2]
    # Far above what it takes: a guard against a blow-up, not a measurement.
    assert min(times) < 0.5


@pytest.mark.parametrize("body", [{"tier": "gold"}, {"latency_ms": -1}, {"latency_ms": None}, {"colour": 1}])
def test_wrong_settings_are_refused(sandbox, body) -> None:
    assert sandbox.http.post("/-/sandbox/settings", json=body).status_code == 400
    assert sandbox.http.get("/-/sandbox/settings").json()["tier"] == "free"


def test_a_reset_brings_the_scene_back(sandbox) -> None:
    sandbox.issue()
    assert sandbox.control("reset", {"at": "2026-03-02T14:00Z"})["now"].startswith("2026-03-02T14:00")
    assert sandbox.project("sam").issues.list() == []
