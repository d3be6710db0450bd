"""The report as GitLab's Code Quality JSON: what each rule would do on each board, at the rule's line.

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import PurePosixPath
from typing import Any

from app.core.plan import (
    Action,
    AddLabel,
    Close,
    DeleteNote,
    Move,
    OpenIssue,
    RemoveLabel,
    Reopen,
    SetConfidential,
    SetDue,
    Summon,
)
from app.reports.shown import Shown, by_rule, shown
from app.reports.words import did, requests
from app.sweep.report import Report

LEVELS = ("info", "minor", "major")
LOUD = (Summon, Reopen, Close, Move, SetConfidential, OpenIssue)
QUIET = (AddLabel, RemoveLabel, DeleteNote, SetDue)
VERBS = {"would": "would act on", "did": "acted on", "was to": "was to act on"}
INCOMPLETE = "incomplete"


def as_codequality(report: Report, top: str = "") -> str:
    """One entry for each rule and board, with the number of issues; one for each reason why the sweep is not whole.

    `top` is the repository's folder, to which paths are relative. A fingerprint is of rule and board alone: GitLab
    knows an entry again by it, whatever the numbers.
    """
    told = shown(report)
    places = _Places(told, top)
    entries = [*_of_rules(report, told, places), *_of_what_is_missing(report, places)]
    return json.dumps(entries, indent=2) + "\n"


def _of_rules(report: Report, told: list[Shown], places: "_Places") -> Iterator[dict[str, Any]]:
    levels = _levels(told)
    for rule, boards in by_rule(told).items():
        for board, number in sorted(boards.items()):
            said = f"{_verb(rule, report)} {requests(number)} of {board}{_in_all(boards)}"
            yield _entry(said, rule, board, LEVELS[levels[rule, board]], places.of(rule, board))


def _verb(rule: str, report: Report) -> str:
    if report.against:
        return f"{rule}: this change touches"
    return f"{rule} {VERBS[did(report)]}"


def _in_all(boards: Counter[str]) -> str:
    """` (14 in all: us-east 9, emea 5)` where there is more than one board."""
    if len(boards) == 1:
        return ""
    return f" ({boards.total()} in all: {', '.join(f'{b} {n}' for b, n in boards.most_common())})"


def _of_what_is_missing(report: Report, places: "_Places") -> Iterator[dict[str, Any]]:
    if report.stopped:
        place = (".gitlab-ci.yml", 1)
        yield _entry(f"The sweep is incomplete: {report.stopped}", INCOMPLETE, "", "blocker", place)
    failed = Counter(row.board for row in report.failed)
    for board in sorted({*report.boards_failed, *failed}):
        why = report.boards_failed.get(board)
        said = f"could not be listed: {why}" if why else f"{requests(failed[board])} could not be looked at"
        yield _entry(f"{board} is incomplete: {said}", INCOMPLETE, board, "blocker", places.of("", board))


def _entry(said: str, check: str, board: str, severity: str, place: tuple[str, int]) -> dict[str, Any]:
    path, line = place
    return {
        "description": " ".join(said.split())[:500],
        "check_name": check,
        "fingerprint": hashlib.sha256(f"{check}\0{board}".encode()).hexdigest()[:32],
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }


def _levels(told: Iterable[Shown]) -> dict[tuple[str, str], int]:
    """How much each rule does on each board at most; what is done no longer is for information."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for each in told:
        for action in chain(each.actions, (waiting.action for waiting in each.waiting)):
            key = (action.rule, each.row.board)
            found[key] = max(found[key], _level(action))
    return found


def _level(action: Action) -> int:
    """Calling people and moving their requests is 2, writing to them 1, labels 0."""
    return 2 if isinstance(action, LOUD) else 0 if isinstance(action, QUIET) else 1


class _Places:
    """Where each rule stands, as a path within the repository; the file of the board for what no rule's file says."""

    def __init__(self, told: Iterable[Shown], top: str) -> None:
        self._top = top
        rows = [each.row for each in told]
        now = _sources(row.plan for row in rows)
        before = _sources(row.before for row in rows)
        self._folder = next((self._within(path).parent for path, _ in now.values()), PurePosixPath("rules"))
        self._places = {
            rule: (self._folder / PurePosixPath(p).name, line) for rule, (p, line) in before.items()
        }
        self._places |= {rule: (self._within(path), line) for rule, (path, line) in now.items()}

    def of(self, rule: str, board: str) -> tuple[str, int]:
        path, line = self._places.get(rule, (self._folder / "boards" / f"{board}.yaml", 1))
        return str(path), line

    def _within(self, path: str) -> PurePosixPath:
        whole = PurePosixPath(path)
        return whole.relative_to(self._top) if self._top and whole.is_relative_to(self._top) else whole


def _sources(plans: Iterable[Any]) -> dict[str, tuple[str, int]]:
    """The file and line of each rule, as its outcomes name them."""
    found = {}
    for outcome in chain.from_iterable(plan.outcomes for plan in plans if plan):
        path, _, line = outcome.source.rpartition(":")
        if path and line.isdecimal():
            found[outcome.rule] = (path, int(line))
    return found
