"""What docs/requirements.md says serves the boards' needs is really there, and nothing that is there is left out."""

import ast
import re
from collections import Counter
from functools import cache
from typing import NamedTuple

from tests.conftest import ROOT

RANGES = {"B": range(1, 16), "T": range(1, 12), "F": range(0, 22), "L": range(1, 14), "Q": range(1, 12)}
ASKED_FOR = [f"{letter}{n}" for letter, numbers in RANGES.items() for n in numbers] + ["X1", "X2", "E2", "E4"]
BESIDE = "Beside these"  # the last table: rows of other sections that something shipped serves already
HEAD = ["row", "what is needed", "served by", "how far"]
SHIPPED = ("rules/*.yaml", "rules/boards/*.yaml", "issue_templates/*.yaml")


class Row(NamedTuple):
    """One line of a table: the heading above it, and its cells as they are written."""

    section: str
    id: str
    need: str
    served: str
    how_far: str

    @property
    def names(self) -> list[str]:
        """What serves it: paths, some with the name of a test behind them."""
        return re.findall(r"`([^`]+)`", self.served)

    @property
    def paths(self) -> list[str]:
        """Every path in the row, in whichever cell."""
        beside = re.findall(r"`([^`]+/[^`]+)`", f"{self.need} {self.how_far}")
        return [name.partition("::")[0] for name in (*self.names, *beside)]

    @property
    def verdict(self) -> str:
        """Whole, in part or not; empty where it says none of them."""
        match = re.match(r"whole\b|in part(?=: \S)|not(?=: \S)", self.how_far)
        return match[0] if match else ""


@cache
def rows() -> tuple[Row, ...]:
    """The rows of all tables, in their order."""
    found, section = [], ""
    for line in (ROOT / "docs" / "requirements.md").read_text().splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ").strip()
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            assert len(cells) == len(HEAD), f"no row of {len(HEAD)} cells: {line}"
            if cells != HEAD and set("".join(cells)) != {"-"}:
                found.append(Row(section, *cells))
    return tuple(found)


@cache
def functions(path: str) -> frozenset[str]:
    """The names of the file's own functions; none when there is no such file."""
    file = ROOT / path
    body = ast.parse(file.read_text()).body if file.is_file() else []
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef))


def test_every_path_that_is_named_exists() -> None:
    wrong = [f"{row.id}: {path}" for row in rows() for path in row.paths if not (ROOT / path).is_file()]
    assert not wrong, "\n".join(wrong)


def test_every_test_that_is_named_is_in_its_file() -> None:
    named = [(row.id, *name.partition("::")) for row in rows() for name in row.names]
    wrong = [
        f"{id_}: {path}{dots}{test}"
        for id_, path, dots, test in named
        if dots and not (test.startswith("test_") and test in functions(path))
    ]
    assert not wrong, "\n".join(wrong)


def test_every_row_that_is_asked_for_is_there_once_and_in_its_order() -> None:
    times = Counter(row.id for row in rows())
    wrong = [f"{id_} is left out" for id_ in ASKED_FOR if not times[id_]]
    wrong += [f"{id_} is there {n} times" for id_, n in times.items() if n > 1]
    assert not wrong, "\n".join(wrong)
    assert [row.id for row in rows() if row.section != BESIDE] == ASKED_FOR


def test_every_rule_board_and_template_serves_a_row() -> None:
    shipped = {str(path.relative_to(ROOT)) for pattern in SHIPPED for path in ROOT.glob(pattern)}
    wrong = sorted(shipped - {path for row in rows() for path in row.paths})
    assert not wrong, f"no row says what these are for: {', '.join(wrong)}"


def test_each_row_names_what_serves_it_or_says_why_nothing_does() -> None:
    unclear = [
        f"{row.id} does not begin with whole, in part or not: {row.how_far}"
        for row in rows()
        if not row.verdict
    ]
    wrong = [
        f"{row.id}: {row.verdict}, and {row.served}"
        for row in rows()
        if bool(row.names) == (row.verdict == "not")
    ]
    assert not unclear + wrong, "\n".join(unclear + wrong)


def test_each_need_is_said_in_a_few_plain_words() -> None:
    wrong = [f"{row.id}: {row.need}" for row in rows() if len(row.need.split()) > 13 or '"' in row.need]
    assert not wrong, "\n".join(wrong)
