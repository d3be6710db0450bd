"""The story with the bot at every step, at the end, or at events in any order: always the same board."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from random import Random
from threading import Thread
from time import sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.database import open_database
from app.gitlab.webhook import concerns, parse_event
from app.inbox import Inbox
from app.journal import Journal
from app.reconcile import reconcile
from app.sandbox.demo import play_demo
from app.sandbox.stage import Stage
from app.sandbox.story import START, STEPS, Step
from tests import plain
from tests.town import Town


def play(town: Town, stage: Stage, step: Step) -> None:
    town.set_clock(frozen=True, set=step.at.isoformat())
    step.does(stage)


@pytest.fixture(params=[1, 5, 7, 9, 11, len(STEPS)])
def steps(request: pytest.FixtureRequest) -> tuple[Step, ...]:
    """The story up to some point: just opened, waiting, at risk, late, expedited, ended."""
    return STEPS[: request.param]


def test_one_sweep_at_the_end_leaves_the_board_that_watching_leaves(
    town: Town, steps: tuple[Step, ...]
) -> None:
    stage = town.stage()
    for step in steps:
        play(town, stage, step)
        town.sweep("us-east")
    watched = town.board(list(stage.issues.values()))
    start_again(town)
    stage = town.stage()
    for step in steps:
        play(town, stage, step)
    town.sweep("us-east")
    assert town.board(list(stage.issues.values())) == watched
    assert all(request["pending"] == [] for request in watched.values())


def start_again(town: Town) -> None:
    plain.post(f"{town.url}/-/sandbox/reset", json={})


def test_a_second_sweep_changes_nothing_and_a_lost_database_is_no_loss(town: Town, tmp_path: Path) -> None:
    stage = town.stage()
    town.journal = Journal(open_database(f"sqlite:///{tmp_path}/one.db"))
    for step in STEPS[:11]:
        play(town, stage, step)
    assert town.sweep("us-east").done > 0
    written = town.writes()
    town.sweep("us-east")
    town.journal = Journal(open_database(f"sqlite:///{tmp_path}/two.db"))
    report = town.sweep("us-east")
    assert (town.writes(), report.pending, report.complete) == (written, 0, True)


def test_another_token_writes_no_note_again_and_the_old_ones_labels_stay_the_bots(town: Town) -> None:
    stage = town.stage()
    for step in STEPS[:9]:
        play(town, stage, step)
        town.sweep("us-east")
    before = len(town.writes())
    town.become("sandbox-sweep-bot", frozenset({"triage-bot"}))
    town.sweep("us-east")
    assert town.writes()[before:] == []
    play(town, stage, STEPS[9])  # an SA answers: the label that the old user put on comes off
    town.sweep("us-east")
    assert stage.view("request").labels == {"SA Doing"}


def test_the_demo_ends_as_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert play_demo(stay=False) == 0
    told = capsys.readouterr().out
    assert "As told" in told
    assert "two things are missing" in told


class Listener:
    """The service's own way from a webhook's body to the board, with events as late and as often as one likes."""

    def __init__(self, town: Town, ear: "Ear", inbox: Inbox) -> None:
        self.town, self.ear, self.inbox = town, ear, inbox
        ear.bodies.clear()
        hook = {"url": ear.url, "token": "x", "note_events": True, "issues_events": True}
        town.project("root").hooks.create(hook)

    def heard(self) -> list[bytes]:
        """The bodies that GitLab has sent since the last call."""
        while plain.get(f"{self.town.url}/-/sandbox/idle").json()["pending"]:
            sleep(0.002)
        found, self.ear.bodies = self.ear.bodies, []
        return found

    def deliver(self, body: bytes) -> None:
        event = parse_event({"x-gitlab-event": "Issue Hook"}, body)
        ref = concerns(event, frozenset(self.town.ruleset.boards_by_project), self.town.bot.bots())
        if ref:
            self.inbox.put(ref, START)

    def work(self) -> None:
        while lease := self.inbox.take(self.town.clock.now(), "test"):
            looked = reconcile(
                lease.ref,
                gitlab=self.town.bot,
                ruleset=self.town.ruleset,
                now=self.town.clock.now,
                still_held=lease.still_held,
            )
            self.inbox.done(lease, looked.plan.recheck_at)


class Ear:
    """A server that takes whatever is posted to it, and keeps the bodies."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                ear.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(202)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = Thread(target=self.server.serve_forever, args=(0.01,))

    def __enter__(self) -> "Ear":
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    with Ear() as ear:
        yield ear


@pytest.mark.parametrize("ends", [8, len(STEPS)])
def test_events_doubled_late_and_out_of_order_end_in_the_same_board(
    town: Town, ear: Ear, tmp_path: Path, ends: int
) -> None:
    expected = _watched(town, ends)
    number = count()

    @settings(max_examples=8, deadline=None)
    @given(random=st.randoms(use_true_random=False))
    def same_board(random: Random) -> None:
        start_again(town)
        inbox = Inbox(open_database(f"sqlite:///{tmp_path}/{next(number)}.db"))
        listener, stage = Listener(town, ear, inbox), town.stage()
        late: list[bytes] = []
        for step in STEPS[:ends]:
            play(town, stage, step)
            late += listener.heard()
            now = [body for body in late if random.random() < 0.5]
            late = [body for body in late if body not in now]
            for body in random.sample(now * 2, len(now) * 2):
                listener.deliver(body)
            listener.work()
        for body in random.sample(late * 2, len(late) * 2):
            listener.deliver(body)
        listener.work()
        assert town.board(list(stage.issues.values())) == expected

    same_board()


def _watched(town: Town, ends: int) -> dict[int, dict[str, object]]:
    """The board of somebody who looked after every step."""
    start_again(town)
    stage = town.stage()
    for step in STEPS[:ends]:
        play(town, stage, step)
        town.sweep("us-east")
    return town.board(list(stage.issues.values()))
