"""What a change of rules does to one issue: the plan of one ruleset beside that of another."""

from dataclasses import dataclass
from typing import assert_never

from app.core.plan import (
    Action,
    AddLabel,
    Assign,
    Close,
    Comment,
    DeleteNote,
    Move,
    OpenIssue,
    Plan,
    PutNote,
    RemoveLabel,
    Reopen,
    Reply,
    SetConfidential,
    SetDue,
    Summon,
    Unassign,
)


@dataclass(frozen=True)
class Difference:
    """What is done only now, and what is not done any more; each in the order of its plan."""

    new: tuple[Action, ...] = ()
    gone: tuple[Action, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)


def difference(before: Plan | None, now: Plan | None) -> Difference:
    """How the plans differ in what they do, whichever rule wants it; where there is no plan, nothing is done.

    A call that waits for the service counts like one that is made: the rules want it either way.
    """
    there, here = _by_identity(before), _by_identity(now)
    return Difference(
        tuple(action for key, action in here.items() if key not in there),
        tuple(action for key, action in there.items() if key not in here),
    )


def identity(action: Action) -> tuple[object, ...]:
    """What two actions have in common that do the same to an issue: a label or a person; of a note key and text."""
    kind = type(action).__name__
    match action:
        case AddLabel(label=label) | RemoveLabel(label=label):
            return (kind, label)
        case Assign(user=user) | Unassign(user=user):
            return (kind, user.username)
        case PutNote(key=key, body=body) | Summon(key=key, body=body):
            return (kind, key, body)
        case Reply(key=key, body=body, internal=internal) | Comment(key=key, body=body, internal=internal):
            return (kind, key, body, internal)
        case DeleteNote(note_id=note_id):
            return (kind, note_id)
        case Move(project=project):
            return (kind, project)
        case OpenIssue(key=key, title=title, body=body):
            return (kind, key, title, body)
        case SetDue(day=day):
            return (kind, day)
        case SetConfidential(confidential=confidential):
            return (kind, confidential)
        case Reopen() | Close():
            return (kind,)
    assert_never(action)


def _by_identity(plan: Plan | None) -> dict[tuple[object, ...], Action]:
    if plan is None:
        return {}
    wanted = (*plan.actions, *(waiting.action for waiting in plan.postponed))
    return {identity(action): action for action in wanted}
