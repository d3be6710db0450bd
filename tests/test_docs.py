"""What docs/ says with numbers is true."""

import re

import pytest

from app.almanac import deadline, parts_of
from app.calendars import YEARS
from app.core.case import CaseFile, Look
from app.core.case_run import faults, play
from app.core.commands import VERBS
from app.core.document import parse
from app.core.length import read_length
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant
from tests.calendars import COUNTS, SHIPPED
from tests.conftest import ROOT

TEXT = "\n".join(p.read_text() for p in sorted((ROOT / "docs").glob("sla*.md")))
ROW = r"^\| ([\w-]+) \| (\d\S+) \| (\d+[mhd]) \| (\w+) \| (\d\S+) \|.*\|$"
EXAMPLES = re.findall(ROW, TEXT, re.MULTILINE)


def test_there_is_an_example_of_every_way_to_count() -> None:
    assert {count for _, _, _, count, _ in EXAMPLES} == {*COUNTS}
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize(("name", "begins", "length", "count", "due"), EXAMPLES)
def test_each_example_is_due_when_the_table_says(
    ruleset: Ruleset, name: str, begins: str, length: str, count: str, due: str
) -> None:
    part = parts_of(name, ruleset.boards, SHIPPED)[0]
    found = deadline(part, read_length(length), count, read_instant(begins))
    local = found.due.astimezone(part.calendar.zone).isoformat(timespec="minutes")
    assert local == due


def test_the_years_of_which_holidays_are_known_are_those_that_are_told() -> None:
    assert f"are known for {YEARS[0]} to {YEARS[-1]}" in TEXT


def test_the_case_in_the_docs_passes(ruleset: Ruleset) -> None:
    text = (ROOT / "docs/testing-rules.md").read_text()
    document = parse(text.partition("```yaml\n")[2].partition("```")[0], "docs/testing-rules.md")
    file = document.read(CaseFile)
    assert file is not None, document.problems
    (case,) = file.cases
    assert not list(faults(case, ruleset, document, ("cases", 0)))
    assert play(case, ruleset, document, ("cases", 0)).failures == ()


def test_every_key_of_a_look_and_every_order_is_in_the_docs() -> None:
    text = (ROOT / "docs/testing-rules.md").read_text()
    assert [name for name in Look.model_fields if f"{name}: " not in text] == []
    page = (ROOT / "docs/reference.md").read_text()
    told = page[page.index("## Orders") : page.index("## What a board may want otherwise")]
    assert [verb for verb in VERBS if verb not in told] == []
