"""The boards' hooks: seen, told of, switched on again; and events of the bot's own users, which put nothing in."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.gitlab.hooks import HookSeen, _host, look_at_hooks
from app.gitlab.webhook import concerns, parse_event
from app.reports import as_data, as_text, hook_lines
from app.sandbox.entities import MAINTAINER
from app.sandbox.stage import PROJECT
from app.sweep import Report, watch_hooks
from tests import plain
from tests.town import Town


@dataclass
class Service:
    """Takes webhooks where a service would; `status` is what it answers."""

    url: str
    status: int = 202
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def listening() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.received.append((dict(self.headers.items()), body))
            self.send_response(taken.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    taken = Service(f"http://127.0.0.1:{server.server_port}/hooks/gitlab")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield taken
    server.shutdown()
    server.server_close()
    thread.join()


def register(town: Town, url: str) -> Any:
    flags = dict.fromkeys(("issues_events", "confidential_issues_events", "note_events"), True)
    return town.project("root").hooks.create({"url": url, "token": "s3cret", "push_events": False, **flags})


def promote(town: Town) -> None:
    """The bot becomes a Maintainer of the project."""
    bot = town.person("root").users.list(username="triage-bot")[0].id
    town.project("root").members.create({"user_id": bot, "access_level": MAINTAINER})


def idle(town: Town) -> None:
    ends = time.monotonic() + 10
    while plain.get(f"{town.url}/-/sandbox/idle").json()["pending"]:
        assert time.monotonic() < ends
        time.sleep(0.02)


def happen(town: Town, times: int) -> None:
    for _ in range(times):
        town.project("alice").issues.create({"title": "x"})
        idle(town)


@pytest.fixture
def off(town: Town, listening: Service) -> Service:
    """A hook that GitLab has switched off for a minute, since the service failed four times; it works again."""
    promote(town)
    register(town, listening.url)
    listening.status = 500
    happen(town, 5)
    assert len(listening.received) == 4  # the fifth event was dropped
    listening.status = 202
    return listening


def seen(town: Town, *, mend: bool = True) -> HookSeen:
    (hook,) = look_at_hooks(town.bot.calls, PROJECT, mend=mend)
    return hook


def test_a_hook_that_works_is_told_with_its_last_delivery(town: Town, listening: Service) -> None:
    promote(town)
    register(town, "http://127.0.0.1:9/chat")  # somebody else's
    register(town, listening.url)
    assert (seen(town).verdict, seen(town).last_at) == ("works", None)
    happen(town, 1)
    hook = seen(town)
    assert (hook.verdict, hook.last_status, hook.loud) == ("works", "202", False)
    assert hook.last_at is not None
    assert abs(hook.last_at.timestamp() - time.time()) < 10
    assert len(listening.received) == 1  # nothing was tested


def test_a_hook_that_gitlab_switched_off_is_on_again_after_a_test_delivery(town: Town, off: Service) -> None:
    hook = seen(town, mend=False)
    assert (hook.verdict, hook.alert_status, hook.last_status) == ("off", "temporarily_disabled", "500")
    assert hook.disabled_until is not None
    assert "switched off until" in str(hook)
    assert hook.loud
    assert len(off.received) == 4
    assert seen(town).verdict == "switched on again"
    happen(town, 1)
    assert len(off.received) == 6  # the test, and the event
    assert seen(town).verdict == "works"


def test_one_whose_service_is_still_broken_stays_off_and_it_is_said(town: Town, off: Service) -> None:
    off.status = 503
    hook = seen(town)
    assert (hook.verdict, hook.loud) == ("off", True)
    assert "A test delivery failed" in str(hook)


def test_one_that_is_off_for_good_comes_back_the_same_way(town: Town, off: Service) -> None:
    off.status = 500
    hook = town.project("root").hooks.list()[0]
    for _ in range(36):
        plain.post(
            f"{town.url}/api/v4/projects/{hook.project_id}/hooks/{hook.id}/test/issues_events",
            headers={"PRIVATE-TOKEN": "sandbox-root"},
        )
    assert seen(town, mend=False).alert_status == "disabled"
    assert "for good" in str(seen(town, mend=False))
    off.status = 202
    assert seen(town).verdict == "switched on again"


def test_a_token_that_may_not_see_hooks_says_so_in_one_line(town: Town, listening: Service) -> None:
    register(town, listening.url)
    report = Report(applied=True)
    boards = [town.ruleset.boards[name] for name in ("us-east", "us-west", "emea")]
    watch_hooks(report, boards, town.bot)
    assert {hook.verdict for hook in report.hooks} == {"not seen"}
    (line,) = hook_lines(report.hooks)
    assert "may not see" in line
    assert "2 more projects" in line
    assert line in as_text(report)


def test_a_project_without_a_hook_of_ours_is_told_of_loudly(town: Town) -> None:
    promote(town)
    report = Report(applied=True)
    watch_hooks(report, [town.ruleset.boards["us-east"]], town.bot)
    (line,) = hook_lines(report.hooks)
    assert line.startswith("HOOK: no hook of")


def test_the_report_tells_of_hooks_and_shows_no_secret(town: Town, off: Service) -> None:
    hook = town.project("root").hooks.list()[0]
    hook.url = off.url.replace("http://", "http://user:hidden@") + "?key=hidden"
    hook.save()
    report = Report(applied=False)
    watch_hooks(report, [town.ruleset.boards["us-east"]], town.bot)
    shown = as_text(report) + json.dumps(as_data(report))
    assert "hidden" not in shown
    assert "HOOK: " in shown
    assert as_data(report)["hooks"][0]["verdict"] == "off"
    report = Report(applied=True)
    watch_hooks(report, [town.ruleset.boards["us-east"]], town.bot)
    assert "events were lost" in as_text(report)


def test_gitlab_being_unable_to_answer_about_hooks_ends_nothing(town: Town) -> None:
    promote(town)
    town.fault(kind="500", path="/hooks")
    report = Report(applied=True)
    watch_hooks(report, [town.ruleset.boards["us-east"]], town.bot)
    assert report.hooks[0].verdict == "not seen"


@pytest.fixture
def hooks_command(town: Town, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """`triage hooks` against the sandbox: its exit code and output."""
    monkeypatch.setenv("TRIAGE_GITLAB_URL", town.url)
    monkeypatch.setenv("TRIAGE_GITLAB_TOKEN", town.token)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["hooks", "--board", "us-east", *words])
        return done.exit_code, done.stdout

    return run


def test_the_command_says_how_the_hooks_stand(
    town: Town, off: Service, hooks_command: Callable[..., tuple[int, str]]
) -> None:
    code, said = hooks_command()
    assert (code, "switched off until" in said, "500" in said) == (1, True, True)
    assert len(off.received) == 4  # it tested nothing
    assert seen(town).verdict == "switched on again"
    code, said = hooks_command("--format", "json")
    assert (code, json.loads(said)["ok"], json.loads(said)["hooks"][0]["verdict"]) == (0, True, "works")


def test_the_command_does_not_say_well_where_it_may_not_see(
    listening: Service, town: Town, hooks_command: Callable[..., tuple[int, str]]
) -> None:
    register(town, listening.url)
    code, said = hooks_command()
    assert (code, "may not see" in said) == (1, True)


def test_what_any_of_the_bots_users_does_puts_nothing_in_the_inbox_but_an_opening(
    town: Town, listening: Service
) -> None:
    issue = town.project("alice").issues.create({"title": "Acme"})
    register(town, listening.url)
    for name in ("triage-bot", "sweep-bot"):
        theirs = town.project(name).issues.get(issue.iid)
        theirs.labels = [f"SA {'Doing' if name == 'sweep-bot' else 'Triaged'}"]
        theirs.save()
        theirs.notes.create({"body": "Hello"})
        theirs.state_event = "close" if name == "triage-bot" else "reopen"
        theirs.save()
    opened = town.project("sweep-bot").issues.create({"title": "A copy"})
    town.project("sam").issues.get(issue.iid).notes.create({"body": "Hello"})
    idle(town)
    events = [parse_event(headers, body) for headers, body in listening.received]
    assert len(events) == 8
    bots, boards = frozenset({"triage-bot", "sweep-bot"}), frozenset({PROJECT})
    heard = [(e.actor, e.kind, ref.iid) for e in events if (ref := concerns(e, boards, bots))]
    assert sorted(heard, key=str) == [("sam", "note", issue.iid), ("sweep-bot", "issue", opened.iid)]


@pytest.mark.parametrize("url", ["https://host:{port}/hooks/gitlab", "https://[{h}]/hooks/gitlab"])
def test_an_address_that_gitlab_hides_in_part_is_seen_all_the_same(url: str) -> None:
    assert _host({"url": url}) == "a hidden address"
