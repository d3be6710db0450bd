"""`triage undo`: takes back what a run did, out of the journal or of the run's JSON result, where nobody touched it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from app.core.deed import Deed, read_deed
from app.core.model import Issue, IssueRef
from app.core.plan import Action, Plan
from app.core.ruleset import Ruleset
from app.core.undo import Left, undoing
from app.each import each
from app.errors import ConfigError, TriageError
from app.journal import Entry, Journal, new_run
from app.json_file import read_json
from app.reconcile import Looked, reconcile
from app.tools import Tools

REMEDY = "name a run of triage runs, or the JSON result of a sweep, an apply or an undo"


@dataclass(frozen=True)
class Past:
    """What a run did on one issue, newest first; of `unkept` actions only the number is known: it was confidential."""

    ref: IssueRef
    reference: str
    deeds: tuple[Deed, ...]
    unkept: int = 0


@dataclass(frozen=True)
class Undone:
    """What came of one issue: which deeds were taken back, of which nothing is there any more, which are left and why.
    `done` is what was done for it."""

    past: Past
    taken: tuple[Deed, ...] = ()
    gone: tuple[Deed, ...] = ()
    left: tuple[Left, ...] = ()
    done: tuple[Deed, ...] = ()
    error: str = ""
    confidential: bool = False

    @property
    def complete(self) -> bool:
        return not (self.left or self.error or self.past.unkept)


@dataclass(frozen=True)
class Undo:
    """What came of the whole run `undone`. `run` is the name of the undoing itself in the journal."""

    undone: str
    gitlab: str
    applied: bool
    run: str
    rows: list[Undone] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether nothing is left of the run."""
        return all(row.complete for row in self.rows)


def is_file(name: str) -> bool:
    """Whether a run is named by its result's file."""
    return "/" in name or name.endswith(".json") or Path(name).is_file()


def past_of(name: str, tools: Tools) -> list[Past]:
    """What the run did, the last issue first. Errors: ConfigError for a run that nobody knows."""
    if is_file(name):
        return _from_file(Path(name), tools.gitlab.url)
    if tools.journal is None or not tools.journal.runs(run=name):
        raise ConfigError(f"there is no run {name!r} in this journal; {REMEDY}")
    return _from_journal(tools.journal, name)


def _from_journal(journal: Journal, name: str) -> list[Past]:
    found: dict[IssueRef, Past] = {}
    for entry in journal.of_run(name):
        before = found.get(entry.ref, Past(entry.ref, str(entry.plan.get("reference", entry.ref)), ()))
        try:
            deeds = (*before.deeds, *reversed(_kept(entry)))
        except ValueError as error:
            raise ConfigError(
                f"run {name}, {before.reference}: deeds.{error}; another version wrote it"
            ) from None
        unkept = before.unkept + entry.done - len(deeds) + len(before.deeds)
        found[entry.ref] = Past(entry.ref, before.reference, deeds, unkept)
    return list(found.values())


def _kept(entry: Entry) -> list[Deed]:
    return _deeds(entry.plan.get("deeds", []))


def _deeds(data: object) -> list[Deed]:
    if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
        raise ValueError("it is no list of objects")
    return [read_deed(each) for each in data]


def _from_file(path: Path, gitlab: str) -> list[Past]:
    data = read_json(path, REMEDY)
    issues = data.get("issues")
    if not isinstance(issues, list) or not isinstance(data.get("gitlab"), str):
        raise ConfigError(f"{path}: issues, gitlab: they are missing, so this is no result; {REMEDY}")
    if data["gitlab"] != gitlab:
        raise ConfigError(
            f"{path}: gitlab: the run was on {data['gitlab']}, and TRIAGE_GITLAB_URL is {gitlab}"
        )
    found = []
    for number, row in enumerate(issues):
        try:
            found.append(_past(row))
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"{path}: issues.{number}: {_said(error)}; {REMEDY}") from None
    return [past for past in reversed(found) if past.deeds or past.unkept]


def _said(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)


def _past(row: dict[str, Any]) -> Past:
    ref = IssueRef(int(row["ref"]["project_id"]), int(row["ref"]["iid"]))
    done, deeds = row["done"], _deeds(row.get("deeds", []))
    number = done if isinstance(done, int) else len(done)
    return Past(ref, str(row["reference"]), tuple(reversed(deeds)), max(number - len(deeds), 0))


class _Step:
    """Decides on one issue, over the attempts that it takes."""

    def __init__(self, past: Past, ruleset: Ruleset) -> None:
        self.past, self._ruleset = past, ruleset
        self.deeds: list[Deed] = []
        self._taken: dict[Action, Deed] = {}
        self._row = Undone(past)

    def __call__(self, issue: Issue, at: datetime) -> Plan:
        found = undoing(issue, self.past.deeds, self._ruleset.labels.state)
        self._taken |= dict(zip(found.actions, found.taken, strict=True))
        gone = tuple(deed for deed in found.gone if deed not in self._taken.values())
        self._row = Undone(self.past, gone=gone, left=found.left, confidential=issue.confidential)
        return Plan(
            issue.ref,
            issue.reference,
            "",
            at,
            self._ruleset.version,
            found.actions,
            confidential=issue.confidential,
        )

    def row(self, *, applied: bool, error: str = "") -> Undone:
        """What came of it: of what could be taken back, that which was, unless it is a dry run."""
        done = {deed.action for deed in self.deeds}
        taken = tuple(deed for act, deed in self._taken.items() if act in done or not applied)
        row = self._row
        return Undone(self.past, taken, row.gone, row.left, tuple(self.deeds), error, row.confidential)


def undo(
    name: str,
    past: Iterable[Past],
    tools: Tools,
    *,
    dry_run: bool = False,
    seen: Callable[[Undone], None] = lambda _row: None,
) -> Undo:
    """Takes back what the run did, issue by issue. `seen` is told of each."""
    whole = Undo(name, tools.gitlab.url, not dry_run, new_run())
    steps = [_Step(each, tools.ruleset) for each in past]
    for step, found in each(steps, partial(_look, tools, whole)):
        row = step.row(applied=whole.applied, error=str(found) if isinstance(found, TriageError) else "")
        whole.rows.append(row)
        seen(row)
    return whole


def _look(tools: Tools, whole: Undo, step: _Step) -> Looked | None:
    if not step.past.deeds:  # nothing is known that could be taken back
        return None
    return reconcile(
        step.past.ref,
        gitlab=tools.gitlab,
        ruleset=tools.ruleset,
        now=tools.clock.now,
        journal=tools.journal if whole.applied else None,
        trigger="undo",
        apply=whole.applied,
        run=whole.run,
        decide=step,
        deeds=step.deeds,
    )
