"""The examples in docs/sla.md come out as it says, and every clock of the rules stands in it."""

import re
from typing import NamedTuple

import pytest

from app.core.checks.sla import Sla
from app.core.clock_shape import Clock
from app.core.evaluate import evaluate
from app.core.example import in_the_cast
from app.core.ruleset import Ruleset
from app.core.text import duration, instant
from app.core.timeline import parse, read_instant
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "sla.md").read_text(encoding="utf-8")
_EXAMPLE = re.compile(
    r"^```timeline (?P<board>[\w-]+)\n(?P<lines>.*?)^```\n(?P<after>.*?)(?=^```|^#|\Z)", re.M | re.S
)


class Row(NamedTuple):
    """One line of the table below a history: what is so of a clock at an instant."""

    board: str
    lines: str
    cells: dict[str, str]


def rows() -> list[Row]:
    found = []
    for match in _EXAMPLE.finditer(PAGE):
        table = [line for line in match["after"].splitlines() if line.startswith("|")]
        head, _, *body = ([cell.strip() for cell in line.strip("|").split("|")] for line in table)
        found += [Row(match["board"], match["lines"], dict(zip(head, cells, strict=True))) for cells in body]
    return found


def clock_of(ruleset: Ruleset, row: Row) -> Clock:
    """The last cycle of the row's clock."""
    board, now = ruleset.boards[row.board], read_instant(row.cells["at"])
    issue = parse(until(row.lines, row.cells["at"]), ruleset.templates, project=board.file.project)
    found = [c for c in evaluate(issue, in_the_cast(ruleset), now).clocks if c.name == row.cells["clock"]]
    assert found, f"no clock {row.cells['clock']}"
    return found[-1]


def until(lines: str, at: str) -> str:
    """The lines of what had happened by then."""
    kept: list[str] = []
    there = True
    for line in lines.splitlines():
        if not line.lstrip().startswith("|"):
            there = read_instant(line.split()[0]) <= read_instant(at)
        kept += [line] if there else []
    return "\n".join(kept)


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.cells['clock']}, {row.cells['at']}")
def test_an_example_comes_out_as_the_page_says(ruleset: Ruleset, row: Row) -> None:
    clock = clock_of(ruleset, row)
    zone = ruleset.boards[row.board].calendar.zone
    due = instant(clock.due_at, zone).partition(" (")[0] if clock.due_at else ""
    assert (clock.state, due, duration(clock.spent)) == (
        row.cells["state"],
        row.cells["due"],
        row.cells["counted"],
    )
    if "held" in row.cells:
        held = [f"{who} {duration(time)}" for who, time in sorted(clock.shares.items())]
        assert ", ".join(held) == row.cells["held"]


def test_there_are_examples_of_every_state() -> None:
    assert {row.cells["state"] for row in rows()} == {"running", "off hours", "paused", "met", "breached"}


def test_every_clock_of_the_rules_is_described(ruleset: Ruleset) -> None:
    clocks = {rule.id for rule in ruleset.rules if isinstance(rule.check, Sla)}
    told = set(re.findall(r"`([a-z-]+)`", PAGE[: PAGE.index("### 48 hours")]))
    assert clocks <= told
