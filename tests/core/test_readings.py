"""What was read once: the same as read anew, for that description on that board only, and never more than so much."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.core.answers import Answer
from app.core.evaluate import evaluate
from app.core.facts import gather
from app.core.model import Issue, IssueRef, Note, User
from app.core.readings import Description, Readings, read
from app.core.remembered import Remembered
from app.core.ruleset import Ruleset

ALICE = User(1, "alice", "Alice")
WRITTEN = datetime(2026, 3, 2, 14, tzinfo=UTC)
TEXT = """<!-- triage-template: sa-activity v3 -->

## SA Asks

A demo

## Preferred Date Options

tomorrow at 10:00
"""


def issue(text: str = TEXT, iid: int = 1) -> Issue:
    return Issue(IssueRef(7, iid), iid, "group/project", "Acme demo", text, ALICE, WRITTEN, WRITTEN)


def dates(description: Description) -> tuple[datetime, ...]:
    return next(a.dates for a in description.answers if a.block.heading == "Preferred Date Options")


def test_a_description_is_read_once(ruleset: Ruleset) -> None:
    readings, board = Readings(), ruleset.boards["us-east"]
    first = readings.description(issue(), board, ruleset.templates, WRITTEN)
    again = readings.description(issue("".join(TEXT)), board, ruleset.templates, WRITTEN)
    assert again is first
    assert first == read(issue(), board, ruleset.templates, WRITTEN)


def test_each_board_reads_for_itself(ruleset: Ruleset) -> None:
    readings = Readings()
    east, apac = ruleset.boards["us-east"], ruleset.boards["apac"]
    found = [readings.description(issue(), board, ruleset.templates, WRITTEN) for board in (east, apac, east)]
    assert [d.board.id for d in found] == ["us-east", "apac", "us-east"]
    assert dates(found[0]) != dates(found[1])


def test_so_does_a_board_of_the_same_name_that_wants_more(ruleset: Ruleset) -> None:
    readings, board = Readings(), ruleset.boards["us-east"]
    insists = board.file.model_copy(update={"insists_on": ["Region"]})
    lacks = [
        {gap.title for gap in readings.description(issue(), b, ruleset.templates, WRITTEN).required}
        for b in (board, replace(board, file=insists))
    ]
    assert lacks[1] - lacks[0] == {"Region"}


def test_templates_that_changed_are_read_by(ruleset: Ruleset) -> None:
    readings, board = Readings(), ruleset.boards["us-east"]
    fewer = {"SA Activity": ruleset.templates["SA Activity"]}
    text = TEXT.replace("sa-activity v3", "workshop v1")
    found = [readings.description(issue(text), board, t, WRITTEN) for t in (ruleset.templates, fewer)]
    assert [d.match.template.name for d in found] == ["Workshop", "SA Activity"]


def test_an_edit_is_read(ruleset: Ruleset) -> None:
    readings, board = Readings(), ruleset.boards["us-east"]
    edited = TEXT.replace("A demo", "A POV")
    found = [readings.description(issue(text), board, ruleset.templates, WRITTEN) for text in (TEXT, edited)]
    assert [sorted(asked(d).choices) for d in found] == [["demo"], ["pov"]]


def asked(description: Description) -> Answer:
    return description.by_key["sa asks"]


def test_dates_count_from_the_last_edit_even_if_the_text_is_the_same(ruleset: Ruleset) -> None:
    readings, board = Readings(), ruleset.boards["us-east"]
    week_later = WRITTEN + timedelta(days=7)
    found = [
        readings.description(issue(), board, ruleset.templates, at) for at in (WRITTEN, week_later, WRITTEN)
    ]
    assert dates(found[0]) == dates(found[2]) != dates(found[1])


def test_the_same_text_on_another_issue_is_that_issues(ruleset: Ruleset) -> None:
    readings, board = Readings(), ruleset.boards["us-east"]
    text = TEXT + "\n## Account Management Issue\n\ngroup/project#1\n"
    itself, other = (
        readings.description(issue(text, iid), board, ruleset.templates, WRITTEN) for iid in (1, 2)
    )
    told = [d.by_key["account management issue"].problem for d in (itself, other)]
    assert told[0] != told[1]


def test_another_set_of_rules_reads_anew(ruleset: Ruleset) -> None:
    assert replace(ruleset).readings is not ruleset.readings


def test_whoever_has_nothing_to_remember_by_reads_anew(ruleset: Ruleset) -> None:
    board = ruleset.boards["us-east"]
    plain = gather(issue(), board, ruleset.labels, ruleset.templates, WRITTEN)
    kept = gather(issue(), board, ruleset.labels, ruleset.templates, WRITTEN, readings=ruleset.readings)
    assert plain.description == kept.description


def test_threads_that_ask_at_once_get_what_each_asked_for(ruleset: Ruleset) -> None:
    ruleset = replace(ruleset)
    boards = ["us-east", "emea", "apac", "commercial-amer"]
    asks = list(product(boards, ["A demo", "A POV", "An SOW"], range(3)))

    def look(ask: tuple[str, str, int]) -> object:
        board, wish, _ = ask
        project = ruleset.boards[board].file.project
        one = replace(issue(TEXT.replace("A demo", wish)), project=project)
        return evaluate(one, ruleset, WRITTEN + timedelta(hours=1))

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(look, asks))
    assert together == [look(ask) for ask in asks]
    assert len(ruleset.readings) == len(boards) * 3


@pytest.fixture
def made() -> list[str]:
    return []


@pytest.fixture
def get(made: list[str]) -> Callable[[Remembered[str], str], str]:
    def get(remembered: Remembered[str], text: str) -> str:
        def make() -> str:
            made.append(text)
            return text.upper()

        return remembered.get(text, len(text), make)

    return get


def test_the_least_used_goes_first(made: list[str], get: Callable[[Remembered[str], str], str]) -> None:
    remembered = Remembered[str](most=2, size=100, longest=100)
    assert [get(remembered, text) for text in ("a", "b", "a", "c", "a", "b")] == [
        "A",
        "B",
        "A",
        "C",
        "A",
        "B",
    ]
    assert made == ["a", "b", "c", "b"]
    assert len(remembered) == 2


@pytest.mark.parametrize(
    ("texts", "kept", "characters"),
    [
        pytest.param(["aaaa", "bbbb"], 2, 8, id="as much as there is room for"),
        pytest.param(["aaaa", "bbbb", "cc"], 3, 10, id="just so much"),
        pytest.param(["aaaa", "bbbb", "ccc"], 2, 7, id="one more, and the first goes"),
        pytest.param(["aaaa", "b" * 5], 2, 9, id="the longest that is kept"),
        pytest.param(["aaaa", "b" * 6], 1, 4, id="longer than that, and it pushes nothing out"),
    ],
)
def test_no_more_text_is_held_than_there_is_room_for(
    get: Callable[[Remembered[str], str], str], texts: list[str], kept: int, characters: int
) -> None:
    remembered = Remembered[str](most=10, size=10, longest=5)
    for text in texts:
        assert get(remembered, text) == text.upper()
    assert (len(remembered), remembered.characters) == (kept, characters)


def test_a_hostile_megabyte_is_not_kept(ruleset: Ruleset) -> None:
    readings, board = Readings(), ruleset.boards["us-east"]
    readings.description(issue("a" * 1_000_000), board, ruleset.templates, WRITTEN)
    assert len(readings) == 0


def test_a_note_is_no_edit_and_the_reading_stays(ruleset: Ruleset) -> None:
    board = ruleset.boards["us-east"]
    said = replace(issue(), notes=(Note(1, WRITTEN + timedelta(hours=1), ALICE, "Here it is."),))
    found = [
        gather(one, board, ruleset.labels, ruleset.templates, WRITTEN, readings=ruleset.readings)
        for one in (issue(), said)
    ]
    assert found[0].description is found[1].description
