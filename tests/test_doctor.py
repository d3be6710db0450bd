"""The doctor names what is wrong, with its remedy, and finds nothing where all is well."""

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.database import open_database
from app.doctor import Line, examine
from app.doctor.access import clock, token, version
from app.doctor.place import calendars
from app.inbox import Inbox
from app.sandbox.entities import MAINTAINER
from app.sandbox.stage import PROJECT
from app.settings import Settings
from tests import plain
from tests.conftest import ROOT
from tests.town import Town

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


class Ward:
    """A sandbox on whose US East board everything is as it has to be, until somebody changes it."""

    def __init__(self, town: Town, folder: Path, hook: str) -> None:
        self.town, self.folder = town, folder
        for name in ("rules", "issue_templates"):
            shutil.copytree(ROOT / name, folder / name)
        self.admin = town.project("root")
        bot = town.person("root").users.list(username="triage-bot")[0]
        self.admin.members.create({"user_id": bot.id, "access_level": MAINTAINER})
        self.hook = self.admin.hooks.create(
            {
                "url": f"{hook}/hooks/gitlab",
                "token": "hush",
                "issues_events": True,
                "confidential_issues_events": True,
                "note_events": True,
                "confidential_note_events": True,
                "push_events": False,
            }
        )

    def settings(self, **more: Any) -> Settings:
        values: dict[str, Any] = {
            "gitlab_url": self.town.url,
            "gitlab_token": "sandbox-triage-bot",
            "rules": self.folder / "rules",
            "database_url": f"sqlite:///{self.folder}/triage.db",
            "clock": "sandbox",
        }
        return Settings(**(values | more))

    def lines(self, *, deliver: bool = False, **more: Any) -> list[Line]:
        return list(examine(self.settings(**more), ["us-east"], deliver=deliver))

    def control(self, name: str, **body: Any) -> None:
        plain.post(f"{self.town.url}/-/sandbox/{name}", json=body).raise_for_status()


class Listener(BaseHTTPRequestHandler):
    """Takes whatever comes."""

    status = 202

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(type(self).status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[tuple[str, type[Listener]]]:
    kind = type("Listener", (Listener,), {})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", kind
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ward(town: Town, tmp_path: Path, listener: tuple[str, type[Listener]]) -> Ward:
    return Ward(town, tmp_path, listener[0])


def ill(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.verdict != "fine"]


def test_where_all_is_well_everything_is_fine(ward: Ward) -> None:
    (unknown,) = ill(ward.lines(deliver=True))
    assert (unknown.verdict, unknown.remedy) == ("unknown", "open a request there, and look again")
    ward.town.project("alice").issues.create({"title": "x", "description": "y"})
    lines = ward.lines(deliver=True)
    assert ill(lines) == []
    assert {line.about for line in lines} == {
        "database",
        "rules",
        "calendars",
        "GitLab",
        "token",
        "us-east: role",
        "us-east: labels",
        "us-east: lists",
        "us-east: templates",
        "us-east: hook",
        "us-east: delivery",
    }


def wrong_scope(ward: Ward) -> None:
    ward.control("tokens", token="sandbox-triage-bot", scopes=["read_api"])


def token_that_ends(ward: Ward) -> None:
    ends = (datetime.now(UTC).date() + timedelta(days=5)).isoformat()
    ward.control("tokens", token="sandbox-triage-bot", scopes=["api"], expires_at=ends)


def labels(ward: Ward) -> Any:
    """Those of the group: the projects have none of their own."""
    return ward.town.person("root").groups.get(PROJECT.rpartition("/")[0]).labels


def label_gone(ward: Ward) -> None:
    labels(ward).delete("sla::breached")


def label_in_another_case(ward: Ward) -> None:
    label = labels(ward).get("Expedite")
    label.new_name = "expedite"
    label.save()


def list_gone(ward: Ward) -> None:
    board = ward.town.project("maria").boards.list(get_all=True)[0]
    board.lists.list(get_all=True)[1].delete()


def template_drifted(ward: Ward) -> None:
    file = ward.folder / "issue_templates" / "Workshop.md"
    file.write_text(file.read_text() + "\nOne more line.\n")


def no_hook(ward: Ward) -> None:
    ward.hook.delete()


def hook_without_comments(ward: Ward) -> None:
    ward.hook.note_events = False
    ward.hook.save()


def rules_with_a_slip(ward: Ward) -> None:
    file = ward.folder / "rules" / "late-activity.yaml"
    file.write_text(file.read_text().replace("target: 48h", "tarhet: 48h"))


def nobody_of_that_name(ward: Ward) -> None:
    file = ward.folder / "rules" / "boards" / "us-east.yaml"
    file.write_text(file.read_text().replace("escalation: [maria]", "escalation: [marja]"))


def project_gone(ward: Ward) -> None:
    file = ward.folder / "rules" / "boards" / "us-east.yaml"
    file.write_text(file.read_text().replace("us-east-enterprise-triage", "us-east-nowhere"))


def parked(ward: Ward) -> None:
    engine = open_database(f"sqlite:///{ward.folder}/triage.db")
    inbox = Inbox(engine)
    from app.core.model import IssueRef

    inbox.put(IssueRef(1, 1))
    lease = inbox.take(NOW, "w1")
    assert lease
    inbox.failed(lease, "surprise", limit=1)
    engine.dispose()


@pytest.mark.parametrize(
    ("seed", "about", "verdict", "said", "remedy"),
    [
        (wrong_scope, "token", "wrong", "read_api: it cannot write", "scope `api`"),
        (token_that_ends, "token", "warning", "in 5 days", "rotate it"),
        (label_gone, "us-east: labels", "wrong", "missing: sla::breached", "make them"),
        (
            label_in_another_case,
            "us-east: labels",
            "wrong",
            "Expedite is written expedite",
            'labels rename "expedite" "Expedite"',
        ),
        (list_gone, "us-east: lists", "warning", "no list for SA Demo Ready", "add a list"),
        (template_drifted, "us-east: templates", "wrong", "not as ours: Workshop", "--overwrite"),
        (
            no_hook,
            "us-east: hook",
            "wrong",
            "points at a service",
            "triage setup, or add one to https://YOUR-HOST",
        ),
        (hook_without_comments, "us-east: hook", "wrong", "not told of Comments", "tick them"),
        (rules_with_a_slip, "rules", "wrong", "tarhet", "triage rules check"),
        (nobody_of_that_name, "us-east: people", "wrong", "no user marja", "boards/us-east.yaml"),
        (project_gone, "us-east", "wrong", "us-east-nowhere", "`project`"),
        (parked, "inbox", "warning", "1 issues are parked", "inbox list --failed"),
    ],
)
def test_each_fault_is_named_with_its_remedy(
    ward: Ward, seed: Callable[[Ward], None], about: str, verdict: str, said: str, remedy: str
) -> None:
    seed(ward)
    found = ill(ward.lines())
    assert any(
        (line.about, line.verdict) == (about, verdict) and said in line.said and remedy in line.remedy
        for line in found
    ), found
    assert {line.about for line in found} <= {about, "us-east: hook"}


def test_a_guest_is_told_what_to_become(ward: Ward) -> None:
    (line,) = (
        each for each in ill(ward.lines(gitlab_token="sandbox-alice")) if each.about == "us-east: role"
    )
    assert (line.verdict, "access level 10" in line.said) == ("wrong", True)
    assert line.remedy == "make alice a Planner (15) of the project"


def test_a_token_that_is_not_accepted_is_one_line(ward: Ward) -> None:
    (line,) = ill(ward.lines(gitlab_token="sandbox-nobody"))
    assert (line.about, line.verdict) == ("token", "wrong")
    assert "TRIAGE_GITLAB_TOKEN" in line.remedy
    assert "TRIAGE_GITLAB_TOKEN" not in line.said
    assert "was not looked at" in line.remedy


def test_a_gitlab_that_is_not_there_is_one_line(ward: Ward) -> None:
    (line,) = ill(ward.lines(gitlab_url="http://127.0.0.1:9"))
    assert (line.about, line.verdict) == ("GitLab", "wrong")
    assert "TRIAGE_GITLAB_URL" in line.remedy


def test_a_hook_that_gitlab_switched_off_is_told(ward: Ward, listener: tuple[str, type[Listener]]) -> None:
    listener[1].status = 500
    issue = ward.town.project("alice").issues.create({"title": "x", "description": "y"})
    for n in range(6):
        issue.notes.create({"body": f"{n}"})
        while plain.get(f"{ward.town.url}/-/sandbox/idle").json()["pending"]:
            pass
    found = [line for line in ill(ward.lines()) if line.about == "us-east: hook"]
    assert [line.verdict for line in found] == ["wrong"]
    assert "switched off" in found[0].said


def test_a_service_that_cannot_be_reached_is_found_by_a_delivery(
    ward: Ward, listener: tuple[str, type[Listener]]
) -> None:
    ward.town.project("alice").issues.create({"title": "x", "description": "y"})
    listener[1].status = 401
    found = [line for line in ill(ward.lines(deliver=True)) if line.about == "us-east: delivery"]
    assert [line.verdict for line in found] == ["wrong"]
    assert "same secret" in found[0].remedy


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(0, "fine"), (5, "fine"), (6, "warning"), (-60, "warning"), (61, "wrong")]
)
def test_clocks_agree_or_they_do_not(seconds: int, verdict: str) -> None:
    assert clock(NOW, NOW + timedelta(seconds=seconds)).verdict == verdict


@pytest.mark.parametrize(
    ("days", "verdict", "said"),
    [(15, "fine", ""), (14, "warning", "in 14 days"), (1, "warning", "in 1 day"), (0, "wrong", "today")],
)
def test_a_token_ends(days: int, verdict: str, said: str) -> None:
    line = token("triage-bot", ["api"], (TODAY + timedelta(days=days)).isoformat(), TODAY)
    assert (line.verdict, line.said.endswith(said)) == (verdict, True)


@pytest.mark.parametrize(
    ("text", "verdict"), [("15.4.9", "wrong"), ("15.5.0", "fine"), ("19.5.0-pre", "fine"), ("", "unknown")]
)
def test_how_new_a_gitlab_has_to_be(text: str, verdict: str) -> None:
    assert version(text).verdict == verdict


@pytest.mark.parametrize(("year", "verdict"), [(2035, "fine"), (2036, "warning"), (2037, "wrong")])
def test_calendars_know_the_years_to_come(year: int, verdict: str) -> None:
    assert calendars(year).verdict == verdict


def test_the_sandbox_refuses_what_a_token_may_not_do(town: Town) -> None:
    body = {"token": "sandbox-sam", "scopes": ["read_api"]}
    plain.post(f"{town.url}/-/sandbox/tokens", json=body).raise_for_status()
    issue = town.project("alice").issues.create({"title": "x", "description": "y"})
    api = f"{town.url}/api/v4/projects/{issue.project_id}/issues/{issue.iid}"
    headers = {"PRIVATE-TOKEN": "sandbox-sam"}
    assert plain.get(api, headers=headers).status_code == 200
    refused = plain.post(f"{api}/notes", headers=headers, json={"body": "x"})
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    ended = {"token": "sandbox-sam", "scopes": ["api"], "expires_at": "2026-03-02"}
    plain.post(f"{town.url}/-/sandbox/tokens", json=ended).raise_for_status()
    assert plain.get(api, headers=headers).status_code == 401
