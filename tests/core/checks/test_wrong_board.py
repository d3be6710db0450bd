"""Which board a request is for by its own words, when another is proposed, and which one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.checks.wrong_board import WrongBoard
from app.core.evaluate import evaluate
from app.core.facts import gather
from app.core.model import Issue
from app.core.plan import PutNote, stamp
from app.core.result import Result
from app.core.ruleset import Ruleset, sending
from app.core.timeline import read_instant

OPENED = '2026-03-02T14:00Z alice opens "Acme demo"\n'
NOW = "2026-03-02T16:00Z"
SITE = "https://gitlab.example.com"


def request(region: str = "", segment: str = "", after: str = "") -> str:
    blocks = {"Region": region, "Segment": segment}
    bars = "".join(f"  | ## {name}\n  | {said}\n" for name, said in blocks.items() if said)
    return OPENED + (bars or "  | A demo, please.\n") + after


Look = Callable[..., Result]


@pytest.fixture(scope="module")
def looked(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Look:
    """What the shipped table finds."""
    rule = next(rule for rule in ruleset.rules if rule.id == "wrong-board")

    def make(lines: str, board: str, check: WrongBoard | None = None, **fields: Any) -> Result:
        issue = replace(issue_of(lines, board), **fields)
        facts = gather(issue, ruleset.boards[board], ruleset.labels, ruleset.templates, read_instant(NOW))
        return (check or rule.check).look(facts)

    return make


@pytest.mark.parametrize(
    ("region", "segment", "board", "meant"),
    [
        ("US East", "enterprise", "us-east", None),
        ("US East", "", "us-east", None),
        ("", "enterprise", "us-east", None),
        ("", "", "us-east", None),
        ("Atlantis", "", "us-east", None),  # no known choice speaks against nothing
        ("Atlantis", "gigantic", "us-east", None),
        ("EMEA", "enterprise", "us-east", "emea"),
        ("EMEA", "commercial", "us-east", "commercial-emea"),
        ("EMEA", "gigantic", "us-east", "emea, commercial-emea"),
        ("EMEA", "", "us-east", "emea, commercial-emea"),
        ("EMEA", "", "emea", None),
        ("EMEA", "", "commercial-emea", None),
        ("EMEA Commercial", "", "emea", "commercial-emea"),
        ("EMEA Commercial", "commercial", "commercial-emea", None),
        ("US East", "commercial", "us-east", "commercial-amer"),
        ("US West", "commercial", "commercial-amer", None),
        ("US West", "enterprise", "us-east", "us-west"),
        ("AMER Commercial", "", "us-west", "commercial-amer"),
        ("AMER Commercial", "enterprise", "us-west", None),  # no board is for both
        ("", "commercial", "us-east", "commercial-amer, commercial-emea, apac"),
        ("", "commercial", "apac", None),
        ("", "enterprise", "commercial-amer", "us-east, us-west, emea, apac"),
        ("APAC", "", "us-east", "apac"),
        ("Japan", "commercial", "us-east", "apac"),
        ("APAC (Japan)", "enterprise", "apac", None),
        ("Singapore, or Australia", "", "emea", "apac"),
        ("US East and EMEA", "enterprise", "us-east", None),  # each of several choices speaks for itself
        ("US East and EMEA", "enterprise", "us-west", "us-east, emea"),
        ("enterprise", "EMEA", "us-east", None),  # in the wrong block nobody knows what is meant
    ],
)
def test_which_board_is_proposed(
    looked: Look, region: str, segment: str, board: str, meant: str | None
) -> None:
    result = looked(request(region, segment), board)
    boards = (meant or "").split(", ") if meant else []
    assert result.failing == bool(boards)
    assert result.move_to == (boards[0] if len(boards) == 1 else "")
    named = [clause.value for clause in result.clauses if clause.asks == "there is a board for that"]
    assert not boards or named == [meant]


def test_the_status_note_names_and_links_the_board(looked: Look) -> None:
    page = "gitlab-com/customer-success/sa-triage-boards"
    result = looked(
        request("EMEA", "enterprise"),
        "us-east",
        web_url=f"{SITE}/{page}/us-east-enterprise-triage/-/issues/1",
    )
    assert result.filling(()) == {
        "said": "Region: EMEA and Segment: enterprise",
        "boards": f"[EMEA]({SITE}/{page}/emea-triage/-/boards)",
        "here": "US East",
        "how": "`move`",
    }


def test_with_several_boards_each_is_named_with_its_order(looked: Look) -> None:
    values = looked(request("EMEA"), "us-east").filling(())
    assert values["boards"] == "**EMEA** or **Commercial EMEA**"  # no address is known, so no link
    assert values["how"] == "`move to emea` or `move to commercial-emea`"


def test_the_note_has_no_line_but_ours(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    issue = issue_of(request("EMEA", "Enterprise, @all `x` /close"), "us-east")
    (note,) = evaluate(issue, ruleset, read_instant(NOW)).actions
    assert isinstance(note, PutNote)
    assert "This says Region: EMEA and Segment: enterprise. That sounds like **EMEA**" in note.body
    assert "@all" not in note.body


def test_a_link_follows_where_gitlab_is(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    issue, note = issue_of(request("EMEA", "enterprise"), "us-east"), ""
    for site in (SITE, "https://gitlab.example.org", SITE):  # what is remembered is what was said last
        url = f"{site}/{issue.project}/-/issues/1"
        (action,) = evaluate(replace(issue, web_url=url), ruleset, read_instant(NOW)).actions
        assert isinstance(action, PutNote)
        assert f"[EMEA]({site}/" in action.body
        assert action.body != note
        note = action.body


MOVED = '2026-03-02T15:00Z sam says "moved from gitlab-com/emea-triage#7"\n'


@pytest.mark.parametrize(
    ("after", "failing", "cause"),
    [
        ("", True, "2026-03-02T14:00:00.000Z"),
        ("2026-03-02T14:30Z alice edits the description\n", True, "2026-03-02T14:30:00.000Z"),
        ("2026-03-02T14:30Z triage-bot edits the description\n", True, "2026-03-02T14:00:00.000Z"),
        (MOVED, False, None),  # people wanted it here
        (MOVED.replace("sam", "triage-bot"), False, None),  # the bot only moves at an SA's word
        (MOVED + "2026-03-02T15:00:01Z alice edits the description\n", True, "2026-03-02T15:00:01.000Z"),
        ('2026-03-02T15:00Z sam comments "moved from somewhere"\n', True, "2026-03-02T14:00:00.000Z"),
    ],
)
def test_it_begins_with_the_last_edit_and_ends_with_a_move(
    looked: Look, after: str, failing: bool, cause: str | None
) -> None:
    result = looked(request("EMEA", after=after), "us-east")
    assert result.failing == failing
    assert (stamp(result.cause_at) if result.cause_at else None) == cause


def test_only_boards_that_are_looked_after_and_written_on_are_proposed(
    ruleset: Ruleset, looked: Look
) -> None:
    rule = next(rule for rule in ruleset.rules if rule.id == "wrong-board")
    for said in ({"active": False}, {"watched": True}):
        emea = ruleset.boards["emea"]
        other = replace(emea, file=emea.file.model_copy(update=said))
        check = sending(rule, ruleset.boards | {"emea": other}).check
        assert isinstance(check, WrongBoard)
        assert not looked(request("EMEA", "enterprise"), "us-east", check).failing
        assert looked(request("EMEA"), "us-east", check).move_to == "commercial-emea"
        assert not looked(request("EMEA"), "emea", check).failing


keys = st.sampled_from(["US East", "US West", "EMEA", "APAC"])
tables = st.lists(
    st.tuples(st.sets(keys, min_size=1), st.sampled_from(["us-east", "us-west", "emea", "apac"])),
    min_size=1,
    max_size=5,
)


@given(table=tables, said=st.sets(keys, max_size=3), board=st.sampled_from(["us-east", "emea", "apac"]))
def test_whatever_the_table_says(looked: Look, table: Any, said: set[str], board: str) -> None:
    rows = [{"says": {"Region": sorted(named)}, "board": there} for named, there in table]
    check = WrongBoard.model_validate({"kind": "wrong_board", "rows": rows})
    result = looked(request("; ".join(sorted(said))), board, check)
    possible = {there for named, there in table if not said or named & said}
    assert result.failing == (bool(said) and bool(possible) and board not in possible)
    assert result.move_to == (next(iter(possible)) if result.failing and len(possible) == 1 else "")
