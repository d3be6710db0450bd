"""The issue that a rule keeps on each board, in which it lists what it finds: its shape, its lines, its text. Pure.

A line is made where the request is looked at; only a sweep sees all of them, and writes the issue.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import Field

from app.core.document import Model
from app.core.facts import Facts
from app.core.keys import report_marker
from app.core.listed import Listed
from app.core.result import Result
from app.core.text import Ours, named, without_commands
from app.core.today import DaysAhead
from app.core.words import names_in, render

LABEL_LENGTH, MOST = 255, 500
OF_ALL = frozenset({"items", "title", "today", "in_days"})


class SummaryIssue(Model):
    """One issue for the rule on each board, which lists the requests that it finds: opened by a sweep that finds some,
    edited in place by each that finds others, and left as it was by one that finds none. It is no request, and mentions
    nobody. Of a confidential request it tells the reference only.
    """

    title: str = Field(min_length=1, max_length=200, description="The issue's title, as it is.")
    item: str = Field(
        default="- [ ] {{ reference }} {{ title }}",
        description="The line of each request; may hold the check's placeholders.",
    )
    text: str = Field(
        default="{{ items }}", description="All of it; may hold `items`, `title`, `today` and `in_days[7]`."
    )
    labels: list[str] = Field(default=[], max_length=50, description="What it is given when it is opened.")


def listed(rule: str, spec: SummaryIssue, result: Result, facts: Facts) -> Listed:
    """The request's line in the list of the rule that finds it."""
    issue = facts.issue
    if issue.confidential:
        line = f"- `{issue.reference}` (confidential)"
    else:
        values = {**result.filling(names_in(spec.item)), **facts.board.told}
        line = without_commands(render(named(spec.item), values))
    return Listed(rule, issue.ref, issue.created_at, line)


def of_rule(found: Iterable[Listed], rule: str) -> list[Listed]:
    """What is listed for the rule, those opened last first."""
    mine = sorted((one for one in found if one.rule == rule), key=lambda one: one.ref, reverse=True)
    return sorted(mine, key=lambda one: one.opened_at, reverse=True)


def body(rule: str, board: str, spec: SummaryIssue, found: list[Listed], now: datetime) -> str:
    """The issue's description: the marker by which it is found again, what it lists as a hash, and the text."""
    lines = [one.line for one in found[:MOST]]
    if len(found) > MOST:
        lines.append(f"- and {len(found) - MOST} more")
    days = DaysAhead(now)
    values: Mapping[str, Any] = {
        "items": Ours("\n".join(lines)),
        "title": Ours(spec.title),
        "today": days[0],
        "in_days": days,
    }
    text = without_commands(render(named(spec.text), values))
    mark = sha256("\n".join([spec.title, spec.text, *lines]).encode()).hexdigest()[:16]
    return f"{report_marker(f'list {rule}', board)}\n<!-- {mark} -->\n{text}"


def same(before: str, after: str) -> bool:
    """Whether both list the same, whatever day it is and whichever boxes people ticked."""
    return before.split("\n")[:2] == after.split("\n")[:2]
