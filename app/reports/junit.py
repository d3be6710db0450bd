"""The report as JUnit XML, which GitLab shows on a merge request and in the pipeline's tests: a suite for each board.

Source: https://docs.gitlab.com/ci/testing/unit_test_reports/
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal
from xml.etree import ElementTree

from app.core.text import steady
from app.reports.shown import Shown, shown
from app.reports.words import counts_text, issue_lines, requests, why_incomplete
from app.sweep.report import Report

WHOLE = "sweep"  # the suite of what is about no board
# GitLab reads 30 MB of a file, and gives up on one with too many elements: gitlab-org/gitlab#507482
MOST_CASES = 10_000
MOST_IN_A_CASE = 4_000  # characters
MOST_IN_ALL = 3_000_000  # characters: five bytes each at most
ALWAYS = 200  # characters of each case, however much there is
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
)  # https://www.w3.org/TR/xml/#charsets

Kind = Literal["passed", "failure", "error"]


@dataclass(frozen=True)
class Case:
    """One test case. `says` is the line that is seen first, `text` what stands below it."""

    suite: str
    name: str
    kind: Kind
    says: str = ""
    text: str = ""


def as_junit(report: Report) -> str:
    """A failure where something is pending, an error where an issue could not be looked at; passed with what was done.

    Boards without a word have one passed case, and one case says whether the sweep was whole.
    """
    cases = [*_of_boards(report), _of_the_whole(report)]
    suites = ElementTree.Element("testsuites", {"name": "triage sweep", **_numbers(cases)})
    left = MOST_IN_ALL
    for name, group in groupby(cases, key=lambda case: case.suite):
        members = list(group)
        suite = ElementTree.SubElement(suites, "testsuite", {"name": _legal(name), **_numbers(members)})
        for case in members:
            text = _cut(case.text, max(ALWAYS, min(MOST_IN_A_CASE, left)))
            left -= len(text)
            _write(suite, case, text)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _of_boards(report: Report) -> Iterator[Case]:
    told = shown(report)
    left_out = len(told) - MOST_CASES
    for board in sorted({*report.boards, *report.boards_failed, *(row.board for row in report.rows)}):
        here = [each for each in told[:MOST_CASES] if each.row.board == board]
        more = sum(each.row.board == board for each in told[MOST_CASES:])
        if board in report.boards_failed:
            yield Case(board, "list of requests", "error", "could not be listed", report.boards_failed[board])
        yield from (_of_issue(each, report) for each in here)
        quiet = sum(row.board == board for row in report.rows) - len(here) - more
        yield Case(board, "all others", "passed", text=f"{requests(quiet)}: nothing to tell")
    if left_out > 0:
        yield Case(WHOLE, "too many to show", "failure", f"{requests(left_out)} more have something to tell")


def _of_issue(each: Shown, report: Report) -> Case:
    row = each.row
    if row.error:
        return Case(row.board, row.reference, "error", _first(row.error), row.error)
    text = "\n".join(issue_lines(each, applied=report.applied))
    open_ = each.number if not report.applied else len(each.left)
    if open_ == 0:
        return Case(row.board, row.reference, "passed", text=text)
    says = f"{open_} to do" if not each.compared else f"{open_} to do otherwise"
    return Case(row.board, row.reference, "failure", says, text)


def _of_the_whole(report: Report) -> Case:
    if report.complete:
        return Case(WHOLE, "complete", "passed", text=counts_text(report))
    why = why_incomplete(report)
    return Case(WHOLE, "complete", "error", f"incomplete: {_first(why[0])}", "\n".join(why))


def _write(suite: ElementTree.Element, case: Case, text: str) -> None:
    element = ElementTree.SubElement(suite, "testcase", classname=_legal(case.suite), name=_legal(case.name))
    if case.kind == "passed":
        ElementTree.SubElement(element, "system-out").text = text
    else:
        says = _legal(case.says)
        ElementTree.SubElement(element, case.kind, message=says, type=case.kind).text = f"{says}\n{text}"


def _numbers(cases: Iterable[Case]) -> dict[str, str]:
    kinds = [case.kind for case in cases]
    found = {"tests": len(kinds), "failures": kinds.count("failure"), "errors": kinds.count("error")}
    return {name: str(number) for name, number in found.items()}


def _first(text: str) -> str:
    return _cut(text.strip().partition("\n")[0], 200)


def _cut(text: str, limit: int) -> str:
    legal = _legal(text[: limit + 1]) if limit > 0 else ""
    return legal if len(legal) <= limit else legal[: limit - 1] + "…"


def _legal(text: str) -> str:
    """The text with nothing in it that XML cannot carry, or that would steer a terminal."""
    return _FORBIDDEN.sub("\ufffd", steady(text))
