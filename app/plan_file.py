"""The file of a plan: what a sweep would do, written down to be looked at and applied later, and read again.

It is an artifact: of confidential issues it holds references and hashes, and no secret at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from app.core.action_data import action_data, read_action
from app.core.fingerprint import WHOLE, parts
from app.core.model import IssueRef
from app.core.plan import Clause
from app.core.planned import Planned, Reason
from app.errors import ConfigError
from app.json_file import read_json

VERSION = 1
REMEDY = "make the plan again, with triage sweep --plan FILE"

Hash = Annotated[str, Field(pattern="^[0-9a-f]{16,64}$")]
T = TypeVar("T")


@dataclass(frozen=True)
class PlanFile:
    """A whole plan: by which sweep, on which GitLab, by which rules and options, and when it was made."""

    run: str
    gitlab: str
    ruleset: str
    made_at: datetime
    issues: tuple[Planned, ...]
    alone: bool = False
    adopt: bool = False
    complete: bool = True


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Clause(_Strict):
    asks: str
    value: str
    holds: bool


class _Reason(_Strict):
    rule: str
    source: str
    reason: str
    since: AwareDatetime | None
    clauses: list[_Clause]


class _Ref(_Strict):
    project_id: int = Field(gt=0)
    iid: int = Field(gt=0)


class _Shown(_Strict):
    ref: _Ref
    reference: str
    board: str
    at: AwareDatetime
    read: dict[str, Hash]
    actions: list[dict[str, Any]] = Field(min_length=1)
    decided_on: list[_Reason]


class _Hidden(_Strict):
    ref: _Ref
    reference: str
    at: AwareDatetime
    confidential: Literal[True]
    actions: int = Field(gt=0)
    seal: Hash
    read: Hash


class _File(_Strict):
    triage_plan: int
    run: str
    gitlab: str
    ruleset: str
    made_at: AwareDatetime
    alone: bool
    adopt: bool
    complete: bool
    issues: list[dict[str, Any]]


def plan_data(plan: PlanFile) -> dict[str, Any]:
    """The plan as JSON takes it."""
    return {
        "triage_plan": VERSION,
        "run": plan.run,
        "gitlab": plan.gitlab,
        "ruleset": plan.ruleset,
        "made_at": _stamp(plan.made_at),
        "alone": plan.alone,
        "adopt": plan.adopt,
        "complete": plan.complete,
        "issues": [_issue_data(each) for each in plan.issues],
    }


def _issue_data(kept: Planned) -> dict[str, Any]:
    data = {"ref": kept.ref._asdict(), "reference": kept.reference, "at": _stamp(kept.at)}
    if kept.confidential:
        sealed = {"confidential": True, "actions": kept.number, "seal": kept.seal}
        return data | sealed | {"read": kept.read[WHOLE]}
    return data | {
        "board": kept.board,
        "read": dict(kept.read),
        "actions": [action_data(action) for action in kept.actions],
        "decided_on": [
            {
                "rule": each.rule,
                "source": each.source,
                "reason": each.reason,
                "since": _stamp(each.since) if each.since else None,
                "clauses": [vars(clause) for clause in each.clauses],
            }
            for each in kept.decided_on
        ],
    }


def _stamp(at: datetime) -> str:
    """To the microsecond: the decision must come out the same."""
    return at.astimezone(UTC).isoformat()


def read_plan(path: Path, *, gitlab: str, ruleset: str) -> PlanFile:
    """The plan that stands in the file, for that GitLab and those rules. Errors: ConfigError with file, key, remedy."""
    data = read_json(path, REMEDY)
    if "triage_plan" not in data:
        raise ConfigError(f"{path}: triage_plan: it is missing, so this is no plan; {REMEDY}")
    if data["triage_plan"] != VERSION:
        found = data["triage_plan"]
        raise ConfigError(f"{path}: triage_plan: it is {found!r}, and this program reads {VERSION}; {REMEDY}")
    file = _read(path, "", lambda: _File.model_validate(data))
    if file.gitlab != gitlab:
        raise ConfigError(
            f"{path}: gitlab: the plan is for {file.gitlab}, and TRIAGE_GITLAB_URL is {gitlab}; {REMEDY}"
        )
    if file.ruleset != ruleset:
        raise ConfigError(
            f"{path}: ruleset: the plan was made by rules {file.ruleset}, and these are {ruleset}; {REMEDY}"
        )
    issues = tuple(
        _read(path, f"issues.{number}", lambda each=each: _planned(each))  # type: ignore[misc]
        for number, each in enumerate(file.issues)
    )
    _refuse_twice(path, issues)
    return PlanFile(
        file.run, file.gitlab, file.ruleset, file.made_at, issues, file.alone, file.adopt, file.complete
    )


def _refuse_twice(path: Path, issues: tuple[Planned, ...]) -> None:
    seen: set[IssueRef] = set()
    for number, each in enumerate(issues):
        if each.ref in seen:
            raise ConfigError(f"{path}: issues.{number}.ref: {each.reference} is planned twice; {REMEDY}")
        seen.add(each.ref)


def _planned(data: dict[str, Any]) -> Planned:
    if "confidential" in data:
        hidden = _Hidden.model_validate(data)
        ref = IssueRef(hidden.ref.project_id, hidden.ref.iid)
        return Planned(
            ref, hidden.reference, hidden.at, hidden.actions, {WHOLE: hidden.read}, seal=hidden.seal
        )
    shown = _Shown.model_validate(data)
    if shown.read.keys() != parts():
        raise ValueError(f"read: it names other parts than {', '.join(sorted(parts()))}")
    actions = []
    for number, each in enumerate(shown.actions):
        try:
            actions.append(read_action(each))
        except ValueError as error:
            raise ValueError(f"actions.{number}.{error}") from None
    reasons = [
        Reason(
            r.rule, r.source, r.reason, r.since, tuple(Clause(c.asks, c.value, c.holds) for c in r.clauses)
        )
        for r in shown.decided_on
    ]
    ref = IssueRef(shown.ref.project_id, shown.ref.iid)
    return Planned(
        ref, shown.reference, shown.at, len(actions), shown.read, shown.board, tuple(actions), tuple(reasons)
    )


def _read(path: Path, key: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where, what = ".".join(map(str, first["loc"])), first["msg"]
    except ValueError as error:
        where, _, what = str(error).partition(": ")
    raise ConfigError(f"{path}: {f'{key}.' if key else ''}{where}: {what}; {REMEDY}")
