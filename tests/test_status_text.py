"""What `triage status` prints: aligned lines, and CSV that no spreadsheet takes for formulas."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from app.core.calendar import Count
from app.core.clock_shape import Clock
from app.core.model import IssueRef
from app.core.ruleset import Ruleset
from app.core.standing import Standing
from app.status_cli import tell_failed
from app.status_data import COLUMNS, FORMULA, as_csv, as_data, safe_cell
from app.status_text import BoardStatus, length, lines, tables, told

AT = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)


def status(ruleset: Ruleset, *titles: str) -> BoardStatus:
    requests = [
        Standing("us-east", IssueRef(1, i), f"group/us-east#{i}", AT, True, AT, title=title, state="Open")
        for i, title in enumerate(titles, start=1)
    ]
    return BoardStatus(ruleset.boards["us-east"], AT, tuple(requests))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Acme demo", "Acme demo"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'=1+1"),
        ("\rAcme", "'Acme"),
        ("  =1+1", "'=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("Acme\r\n=1+1", "Acme =1+1"),
        ("2 = 1 + 1", "2 = 1 + 1"),
        ("", ""),
    ],
)
def test_no_cell_is_taken_for_a_formula(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_whatever_a_title_is_each_request_is_one_record_of_harmless_cells(
    ruleset: Ruleset, titles: list[str]
) -> None:
    text = as_csv([status(ruleset, *titles)])
    head, *records = csv.reader(io.StringIO(text))
    assert head == list(COLUMNS)
    assert len(records) == len(titles)
    assert all(len(record) == len(COLUMNS) for record in records)
    assert not [cell for record in records for cell in record if cell.startswith(FORMULA)]
    assert len(text.split("\n")) == len(titles) + 1


def test_quotes_and_separators_stay_within_their_cell(ruleset: Ruleset) -> None:
    title = 'Acme, "the" one; =cmd'
    record = next(csv.DictReader(io.StringIO(as_csv([status(ruleset, title)]))))
    assert record["title"] == title


def test_columns_are_aligned_whatever_is_in_them(ruleset: Ruleset) -> None:
    shown = lines([status(ruleset, "Acme", "株式会社デモ", "a\tb\nc \x1b[2J")]).splitlines()
    assert len(shown) == 5
    assert "\x1b" not in shown[4]
    from rich.cells import cell_len

    assert len({cell_len(line[: line.index("Open")]) for line in shown[2:]}) == 1


def test_a_title_is_no_markup_for_the_terminal(ruleset: Ruleset) -> None:
    from rich.console import Console

    console = Console(file=io.StringIO(), width=200)
    for part in tables([status(ruleset, "[red]Acme[/red] \x1b[2J")]):
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert "[red]Acme[/red]" in said
    assert "\x1b[2J" not in said


def test_what_could_not_be_read_is_told_first_and_ends_as_incomplete(ruleset: Ruleset) -> None:
    assert lines([status(ruleset)], ["us-east#1: no"]).startswith("Incomplete: 1 could not be read")
    assert as_data([status(ruleset)], ["us-east#1: no"])["complete"] is False
    tell_failed([])
    with pytest.raises(typer.Exit) as ended:
        tell_failed(["us-east#1: no"])
    assert ended.value.exit_code == 4


@pytest.mark.parametrize(
    ("minutes", "count", "said"),
    [
        (0, "wall", "0 min"),
        (59, "wall", "59 min"),
        (60, "working_days", "1 h"),
        (1439, "working_days", "23 h"),
        (1440, "working_days", "1 working day"),
        (2 * 1440 + 300, "working_days", "2 working days 5 h"),
        (1500, "wall", "1 d 1 h"),
        (1500, "working_hours", "25 working h"),
        (40, "working_hours", "40 working min"),
    ],
)
def test_a_length_says_how_it_was_counted(minutes: int, count: Count, said: str) -> None:
    assert length(timedelta(minutes=minutes), count) == said


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        (
            Clock("activity", "running", AT, AT, "working_days", None, timedelta(), left=timedelta(hours=3)),
            "activity: due Wed 4 Mar 09:00, 3 h left",
        ),
        (
            Clock("activity", "breached", AT, AT, "working_days", None, timedelta(), over=timedelta(hours=3)),
            "activity: late by 3 h, due Wed 4 Mar 09:00",
        ),
        (
            Clock(
                "activity", "off hours", AT, AT, "wall", None, timedelta(), runs_again_at=AT + timedelta(days=1)
            ),
            "activity: due Wed 4 Mar 09:00, off hours until Thu 5 Mar 09:00",
        ),
        (
            Clock(
                "reviews", "paused", AT, None, "wall", None, timedelta(), left=timedelta(hours=3),
                paused_since=AT, paused_by="sam", paused_for="Security Ready for Review",
            ),
            "reviews: paused, 3 h left; on Security Ready for Review since Wed 4 Mar 09:00 "
            "(Security Ready for Review by sam)",
        ),
    ],
)  # fmt: skip
def test_a_clock_is_told_in_a_line(ruleset: Ruleset, clock: Clock, said: str) -> None:
    shown = status(ruleset, "Acme")
    assert told(clock, shown.requests[0], shown) == said
