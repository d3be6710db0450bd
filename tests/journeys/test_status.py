"""`triage status` over real HTTP: what a manager asks for every morning."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from app.core.board import Board
from app.errors import Unauthorized
from app.sandbox.stage import PROJECT
from app.standings import Standings, standings
from app.status_data import as_csv, as_data
from app.status_text import BoardStatus, lines, statuses
from app.survey import survey
from app.sweep import choose_boards
from app.tools import Tools
from tests.conftest import ROOT
from tests.in_process import UNCLOSED
from tests.test_cli import at_town as at_town
from tests.town import Town

pytestmark = UNCLOSED


@pytest.fixture
def morning(town: Town) -> Town:
    """On Wednesday at nine: one request is late, one waits on Alice, one is new, one is confidential, one is closed."""
    alice, sam = town.project("alice"), town.project("sam")
    filled = town.stage().template()
    for title in ("=HYPERLINK(1)", "Globex"):
        alice.issues.create({"title": title, "description": filled})
    alice.issues.create({"title": "Secret Corp", "description": "Secret", "confidential": True})
    town.set_clock(advance="PT2H")
    globex = sam.issues.get(2)
    globex.labels = ["SA Waiting"]
    globex.save()
    gone = alice.issues.create({"title": "Gone", "description": filled})
    gone.state_event = "close"
    gone.save()
    town.set_clock(advance="PT46H")
    alice.issues.create({"title": "New", "description": "x"})
    town.set_clock(frozen=True)
    return town


def tools(town: Town) -> Tools:
    return Tools(town.bot, town.ruleset, town.clock, ROOT / "rules")


def read(town: Town, *boards: str) -> tuple[Standings, list[BoardStatus]]:
    found = standings(tools(town), choose_boards(town.ruleset, list(boards)))
    return found, statuses(found.boards, found.requests, found.at)


def test_the_command_shows_what_is_late_first(morning: Town, at_town: Any) -> None:
    done = at_town("status", "us-east")
    assert (done.returncode, done.stderr) == (0, "")
    head, names, *rows = done.stdout.splitlines()
    assert head.startswith(
        "US East, Wed 4 Mar 2026, 09:00 EST (New York). 4 open: 1 late, 1 in time, 1 waiting"
    )
    assert names.split()[:2] == ["request", "stands"]
    assert [row.split()[0] for row in rows if row.startswith("#")] == ["#1", "#5", "#2", "#3"]
    assert "waits on alice since Mon 2 Mar 11:00 (SA Waiting by sam)" in done.stdout


def test_the_command_prints_csv(morning: Town, at_town: Any) -> None:
    done = at_town("status", "us-east", "--format", "csv")
    late, _new, waits, secret = csv.DictReader(io.StringIO(done.stdout))
    assert late["title"] == "'=HYPERLINK(1)"
    assert late["next_due"] == "2026-03-03T09:00-05:00"
    assert (waits["waits_on"], waits["waits_since"]) == ("alice", "2026-03-02T11:00-05:00")
    assert set(secret.values()) == {"us-east", f"{PROJECT}#3", "confidential", ""}


def test_looking_writes_nothing(morning: Town) -> None:
    read(morning, "us-east")
    assert morning.writes() == []


def test_a_confidential_request_is_its_reference(morning: Town) -> None:
    _, shown = read(morning, "us-east")
    data = as_data(shown, [])
    for said in (lines(shown), as_csv(shown), json.dumps(data)):
        assert "Secret" not in said
        assert said.count("#3") == 1
    assert {"reference": f"{PROJECT}#3", "confidential": True} in data["boards"][0]["requests"]


def test_several_boards_are_grouped_under_their_sum(morning: Town) -> None:
    _, shown = read(morning, "emea", "us-east")
    parts = lines(shown).split("\n\n")
    assert [part.replace(":", ",").split(",")[0] for part in parts] == ["All boards", "EMEA", "US East"]
    assert "4 open" in parts[0]


def test_no_board_named_means_all(morning: Town) -> None:
    _, shown = read(morning)
    assert [status.board.file.id for status in shown] == list(morning.ruleset.active_boards)


def test_an_unknown_board_is_named(at_town: Any) -> None:
    done = at_town("status", "us-easy")
    assert (done.returncode, "us-easy" in done.stderr) == (2, True)


def test_what_cannot_be_read_is_named_and_the_rest_is_read(morning: Town) -> None:
    gone = Board(
        morning.ruleset.boards["emea"].file.model_copy(update={"project": "group/gone"}),
        morning.ruleset.boards["emea"].calendar,
    )
    boards = [gone, morning.ruleset.boards["us-east"]]
    seen: list[int] = []

    def see(looked: Any, _board: Board) -> int:
        seen.append(looked.issue.ref.iid)
        if len(seen) == 1:
            morning.project("root").issues.delete(5 if seen[0] != 5 else 1)
        return int(looked.issue.ref.iid)

    found = survey(boards, tools(morning), see, threads=1)
    assert len(found.rows) == 4
    assert [line.split(":")[0].rpartition("/")[2] for line in found.failed] == [
        "emea",
        "us-east-enterprise-triage#5",
    ]
    assert "404" in found.failed[1]


def test_a_request_from_before_the_board_is_told_apart(morning: Town) -> None:
    from datetime import date

    board = morning.ruleset.boards["us-east"]
    young = Board(board.file.model_copy(update={"since": date(2026, 3, 3)}), board.calendar)
    morning.ruleset = replace(morning.ruleset, boards={**morning.ruleset.boards, "us-east": young})
    _, shown = read(morning, "us-east")
    assert [one.ref.iid for one in shown[0].requests] == [5, 1, 2, 3]
    assert "2 from before the board began" in lines(shown)


def test_a_token_that_is_not_accepted_ends_it(morning: Town) -> None:
    morning.become("sandbox-nobody")
    with pytest.raises(Unauthorized):
        read(morning, "us-east")
