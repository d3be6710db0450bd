"""A sweep beside a receiver that did not hear of everything: it names what changed unheard, and nothing else."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app import reports, sweeping
from app.database import open_database
from app.inbox import Deliveries, Inbox
from app.sandbox.demo import HOOK, free_port
from app.sandbox.entities import MAINTAINER
from app.sweep import Report
from app.tools import Tools
from app.web import create_app
from app.web.server import Server, listen, make_server
from tests import plain
from tests.conftest import ROOT
from tests.town import Town


@dataclass
class Receiver:
    """A real receiver on a port of its own, which may be down for a while."""

    engine: Engine
    boards: frozenset[str]
    port: int = field(default_factory=free_port)
    _server: Server | None = None
    _thread: threading.Thread | None = None

    def start(self) -> None:
        app = create_app(
            inbox=Inbox(self.engine),
            secret=b"s3cret",
            signing_key=None,
            board_paths=lambda: self.boards,
            bots=lambda: frozenset({"triage-bot"}),
            machine_now=lambda: datetime.now(UTC),
            readiness=dict,
        )
        self._server, listener = make_server(app, lambda: None), listen("127.0.0.1", self.port)
        self._thread = threading.Thread(target=self._server.run, args=([listener],))
        self._thread.start()

    def stop(self) -> None:
        assert self._server
        assert self._thread
        self._server.stop()
        self._thread.join()


@dataclass
class Place:
    """A town of today with one hook to the receiver, and sweeps on the receiver's database."""

    town: Town
    receiver: Receiver
    hook: Any

    def idle(self) -> None:
        end = time.monotonic() + 10
        while plain.get(f"{self.town.url}/-/sandbox/idle").json()["pending"]:
            assert time.monotonic() < end
            time.sleep(0.02)

    def open(self, title: str, **values: Any) -> Any:
        made = self.town.project("alice").issues.create({"title": title, "description": "x", **values})
        self.idle()
        return self.town.project("sam").issues.get(made.iid)

    def switch(self, *, on: bool) -> None:
        self.idle()
        for flag in HOOK:
            setattr(self.hook, flag, on)
        self.hook.save()

    def later(self, by: str = "PT10M") -> None:
        self.idle()
        self.town.set_clock(advance=by)

    def sweep(self, *, dry_run: bool = False, alone: bool = False) -> Report:
        self.idle()
        town, engine = self.town, self.receiver.engine
        tools = Tools(
            town.bot,
            town.ruleset,
            town.clock,
            ROOT / "rules",
            inbox=Inbox(engine),
            deliveries=Deliveries(engine),
        )
        asked = sweeping.Asked(("us-east", "us-west"), dry_run=dry_run, quiet=True, alone=alone)
        return sweeping.run(tools, asked, lambda _question: True)

    def missed(self) -> list[int]:
        return [each.ref.iid for each in self.sweep().missed]


@pytest.fixture
def place(town: Town, tmp_path: Path) -> Iterator[Place]:
    town.set_clock(set=datetime.now(UTC).isoformat())
    engine = open_database(f"sqlite:///{tmp_path}/triage.db")
    receiver = Receiver(engine, frozenset(town.ruleset.boards_by_project))
    receiver.start()
    url = f"http://127.0.0.1:{receiver.port}/hooks/gitlab"
    hook = town.project("root").hooks.create({"url": url, "token": "s3cret", **HOOK})
    yield Place(town, receiver, hook)
    receiver.stop()
    engine.dispose()


def promote(town: Town) -> None:
    """The bot becomes a Maintainer of the project."""
    bot = town.person("root").users.list(username="triage-bot")[0].id
    town.project("root").members.create({"user_id": bot, "access_level": MAINTAINER})


def test_what_changed_while_the_hook_was_off_is_named_with_a_hint(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    promote(place.town)
    heard, unheard, quiet = (place.open(title) for title in ("heard", "unheard", "quiet"))
    place.later()
    place.switch(on=False)
    unheard.notes.create({"body": "Does anybody hear me?"})
    late = place.open("opened unheard")
    place.switch(on=True)
    heard.notes.create({"body": "I am heard."})
    place.later()
    report = place.sweep()
    assert [each.ref.iid for each in report.missed] == [unheard.iid, late.iid]
    told, never = report.missed
    assert told.changed_at
    assert told.last_told_at
    assert told.changed_at > told.last_told_at
    assert never.last_told_at is None
    said = capsys.readouterr().err
    line = f"MISSED: us-east: 2 issues changed without an event: us-east#{unheard.iid} (at 2"
    assert line in said
    assert "its hook works now" in said
    assert line in reports.as_text(report)
    data = json.loads(json.dumps(reports.as_data(report)))["missed"]
    assert data[0]["reference"] == f"{unheard.references['full']}"
    assert datetime.fromisoformat(data[0]["changed_at"]) == told.changed_at
    assert data[1]["last_told_at"] is None
    assert str(quiet.iid) not in [d["reference"].rpartition("#")[2] for d in data]


def test_what_came_while_the_receiver_was_down_is_named_until_a_later_event_tells(place: Place) -> None:
    issue = place.open("Acme")
    place.later()
    place.receiver.stop()
    issue.labels = ["SA Triaged"]
    issue.save()
    place.idle()
    place.receiver.start()
    assert place.missed() == []  # it may be on its way
    place.later()
    assert issue.iid in place.missed()
    issue.notes.create({"body": "Hello"})
    place.later()
    assert place.missed() == []
    place.later("PT50H")
    assert place.missed() == []


def test_a_confidential_request_is_named_by_its_reference_only(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.open("heard")
    place.later()
    place.switch(on=False)
    hidden = place.open("canary", confidential=True)
    place.switch(on=True)
    place.later()
    report = place.sweep()
    (data,) = reports.as_data(report)["missed"]
    assert (data["changed_at"], data["last_told_at"]) == (None, None)
    assert f"us-east#{hidden.iid};" in capsys.readouterr().err


def test_nothing_is_said_where_no_event_ever_came_nor_of_what_was_before(place: Place) -> None:
    place.switch(on=False)
    first = place.open("before the service")
    place.later()
    assert place.missed() == []
    place.switch(on=True)
    time.sleep(0.01)
    place.open("the first event")
    place.later("PT1H")
    assert place.missed() == []
    place.switch(on=False)
    first.notes.create({"body": "Hello"})
    place.later()
    assert place.sweep(dry_run=True).missed == []
    assert place.sweep(alone=True).missed == []
    assert place.missed() == [first.iid]


def edit(issue: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(issue, name, value)
    issue.save()


def labels_changed(place: Place) -> None:
    """Often within a minute, in which GitLab does not move the instant that an event tells."""
    issue = place.open("labels")
    for labels in (["SA Triaged"], ["SA Doing"], [], ["SA Waiting", "Expedite"], ["SA Waiting"]):
        place.later("PT12S")
        edit(issue, labels=labels)


def quick_actions(place: Place) -> None:
    issue = place.open("quick actions")
    place.later()
    issue.notes.create({"body": '/label ~"SA Triaged"'})
    place.later()
    issue.notes.create({"body": "Mine.\n\n/assign me\n/unlabel"})


def comments(place: Place) -> None:
    issue = place.open("comments")
    place.later()
    note = issue.notes.create({"body": "Hello"})
    place.later()
    note.body = "Hello you"
    note.save()
    place.later()
    issue.notes.create({"body": "Between us", "internal": True})
    place.later()
    issue.notes.delete(note.id)


def closed_and_opened(place: Place) -> None:
    issue = place.open("closed")
    place.later()
    edit(issue, state_event="close")
    place.later()
    edit(issue, state_event="reopen", labels=["SA Doing"])


def words(place: Place) -> None:
    issue = place.town.project("alice").issues.get(place.open("words").iid)
    for values in ({"title": "Words"}, {"description": "y"}, {"description": "- [x] z"}):
        place.later()
        edit(issue, **values)


def hidden(place: Place) -> None:
    issue = place.open("hidden")
    place.later()
    edit(issue, confidential=True)
    place.later()
    issue.notes.create({"body": "Hush"})
    place.later()
    edit(issue, confidential=False)


def assigned(place: Place) -> None:
    issue = place.open("assigned")
    place.later()
    edit(issue, assignee_ids=[place.town.person("sam").users.list(username="sam")[0].id])


def label_deleted(place: Place) -> None:
    maria = place.town.project("maria")
    label = maria.labels.create({"name": "Passing", "color": "#ff0000"})
    issue = place.open("label deleted")
    edit(issue, labels=["Passing"])
    place.later()
    label.new_name = "Past"
    label.save()
    place.later()
    label.delete()


def mentioned(place: Place) -> None:
    first, second = place.open("mentioned"), place.open("mentions")
    place.later()
    second.notes.create({"body": f"See #{first.iid}"})


def moved(place: Place) -> None:
    """To a board of which events come as well."""
    west = place.town.ruleset.boards["us-west"].file.project
    there = place.town.project("root", west)
    there.hooks.create({"url": place.hook.url, "token": "s3cret", **HOOK})
    place.town.project("maria").labels.create({"name": "Only here", "color": "#ff0000"})
    issue = place.open("moved")
    edit(issue, labels=["Only here", "SA Doing"])
    place.later("PT1H")
    issue.notes.create({"body": "Wrong board"})
    place.later("PT1H")
    place.town.project("maria").issues.get(issue.iid).move(there.id)


@pytest.mark.parametrize(
    "acts",
    [
        labels_changed,
        quick_actions,
        comments,
        closed_and_opened,
        words,
        hidden,
        assigned,
        label_deleted,
        mentioned,
        moved,
    ],
)
def test_no_false_alarm_while_all_events_come(place: Place, acts: Callable[[Place], None]) -> None:
    place.open("the first event")
    place.later()
    acts(place)
    for _ in range(2):  # what the bot itself wrote in the first is an event too
        place.later()
        report = place.sweep()
        assert report.complete
        assert report.missed == []
