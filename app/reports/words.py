"""The sentences that several formats share."""

from collections.abc import Iterable
from difflib import ndiff
from itertools import chain
from typing import Literal

from app.core.plan import (
    Action,
    AddLabel,
    Assign,
    Close,
    Comment,
    DeleteNote,
    Move,
    OpenIssue,
    Postponed,
    PutNote,
    RemoveLabel,
    Reopen,
    Reply,
    SetConfidential,
    SetDue,
    Summon,
    Unassign,
    Written,
    stamp,
)
from app.explain import action_lines
from app.reports.shown import Shown, counts, pending, shown, touched
from app.sweep.report import Report

# Every kind of action, in the order in which they are counted, with its words for one and for many.
KINDS: dict[type, tuple[str, str]] = {
    AddLabel: ("label put on", "labels put on"),
    RemoveLabel: ("label taken off", "labels taken off"),
    Assign: ("assignment", "assignments"),
    Unassign: ("assignment taken back", "assignments taken back"),
    PutNote: ("status note", "status notes"),
    Summon: ("summons", "summonses"),
    Reply: ("answer", "answers"),
    DeleteNote: ("second note deleted", "second notes deleted"),
    Reopen: ("reopening", "reopenings"),
    Close: ("closing", "closings"),
    SetDue: ("due date", "due dates"),
    SetConfidential: ("change of confidentiality", "changes of confidentiality"),
    Comment: ("note", "notes"),
    OpenIssue: ("related issue", "related issues"),
    Move: ("move", "moves"),
}


def requests(number: int) -> str:
    """`1 request`, `14 requests`."""
    return f"{number} request{'' if number == 1 else 's'}"


def kinds_text(actions: Iterable[Action]) -> str:
    """`300 labels put on, 12 summonses`, or nothing."""
    found = counts(actions)
    said = ((found[kind.__name__], words) for kind, words in KINDS.items())
    return ", ".join(f"{number} {one if number == 1 else many}" for number, (one, many) in said if number)


def counts_text(report: Report) -> str:
    """The counts in a sentence: `300 requests: 300 labels put on, 12 summonses.`"""
    told = shown(report)
    done = kinds_text(chain.from_iterable(each.actions for each in told))
    if report.against:
        gone = kinds_text(chain.from_iterable(each.gone for each in told))
        parts = [done, f"no longer: {gone}" if gone else ""]
        return f"{requests(touched(told))}: {'; '.join(filter(None, parts)) or 'nothing differs'}."
    more = f" ({report.unchanged} more are unchanged)" if report.unchanged else ""
    return f"{requests(len(report.rows))}{more}: {done or 'nothing to do'}."


def did(report: Report) -> Literal["would", "did", "was to"]:
    """How to speak of what is planned: of a dry run, of a sweep that did all of it, and of one that did not."""
    if not report.applied:
        return "would"
    return "was to" if pending(report) else "did"


def issue_lines(each: Shown, *, applied: bool) -> list[str]:
    """What there is to do on an issue, a line for each action, each note's text below its own; if it was `applied`
    without the texts, and with a mark at what was not done."""
    if each.hidden:
        return [f"  {each.number} to do, not shown: the issue is confidential"] if each.number else []
    texts = not applied
    lines: list[str] = []
    for action in each.actions:
        if isinstance(action, Written) and action.key in each.reworded:
            lines += _reworded(action, each.reworded[action.key], texts)
        else:
            left = "not done: " if applied and action in each.left else ""
            lines += _action(action, "only now: " if each.compared else left, texts)
    lines += [line for action in each.gone for line in _action(action, "no longer: ", texts)]
    lines += [_waiting(call) for call in each.waiting]
    return lines + [f"  found {outcome.rule}: {outcome.reason}" for outcome in each.found]


def why_incomplete(report: Report) -> list[str]:
    """What kept the sweep from being whole; empty when it is."""
    lines = [report.stopped] if report.stopped else []
    lines += [f"{board}: could not be listed: {why}" for board, why in report.boards_failed.items()]
    if number := len(report.failed):
        lines.append(f"{requests(number)} could not be looked at or finished")
    return lines


def _action(action: Action, mark: str, texts: bool) -> list[str]:
    first, *text = action_lines(action)
    return [f"  {mark}{first.strip()}", *(text if texts else [])]


def _reworded(note: Written, before: str, texts: bool) -> list[str]:
    """A note that says something else now: the lines that differ."""
    lines = ndiff(before.splitlines(), note.body.splitlines())
    differing = [f"    | {line}" for line in lines if line[0] in "-+"]
    return [f"  otherwise now: {note}", *(differing if texts else [])]


def _waiting(call: Postponed) -> str:
    return f"  {call.action}: waits for the service until {stamp(call.until)}; --alone does not"
