"""The changes of an issue that one call makes: what is sent, and whether the answer shows it. No I/O of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from app.core.model import Issue, User
from app.core.plan import (
    AddLabel,
    Assign,
    Change,
    Close,
    RemoveLabel,
    Reopen,
    SetConfidential,
    SetDue,
    Unassign,
)
from app.errors import Refused
from app.gitlab.payloads import Json

TOO_LOW = "the bot needs the Planner role at least"


@dataclass(frozen=True)
class Fields:
    """`body` is what is sent. `shown` are the columns as the answer has them if that was done."""

    body: Json
    adds: frozenset[str]
    removes: frozenset[str]
    assigns: frozenset[int]
    shown: Json

    def check(self, answer: Json) -> None:
        """GitLab answers 200 and changes nothing when the role is too low: read what it says it did.

        Errors: Refused.
        """
        labels = set(answer["labels"])
        assigned = {u["id"] for u in answer.get("assignees") or ()}
        if not labels >= self.adds or labels & self.removes or not assigned >= self.assigns:
            raise Refused(f"GitLab left labels or assignees as they were; {TOO_LOW}", 403)
        for name, value in self.shown.items():
            if answer.get(name) != value:
                is_state = "the issue closed" if value == "opened" else "the issue open"
                what = is_state if name == "state" else f"{name} as it was"
                raise Refused(f"GitLab left {what}; {TOO_LOW}", 403)


def fields_of(issue: Issue, changes: list[Change], id_of: Callable[[User], int]) -> Fields:
    """The changes in one; `id_of` tells the id of a user of whom only the name may be known."""
    adds = [a.label for a in changes if isinstance(a, AddLabel)]
    removes = [a.label for a in changes if isinstance(a, RemoveLabel)]
    assignees = {u.id for u in issue.assignees}
    wanted = (assignees | {id_of(a.user) for a in changes if isinstance(a, Assign)}) - {
        a.user.id for a in changes if isinstance(a, Unassign)
    }
    body: Json = {}
    if adds:
        body["add_labels"] = ",".join(adds)
    if removes:
        body["remove_labels"] = ",".join(removes)
    if wanted != assignees:
        body["assignee_ids"] = sorted(wanted) or [0]  # GitLab's way to say nobody
    shown: Json = {}
    for change in changes:
        sent, as_shown = _column(change)
        body |= sent
        shown |= as_shown
    return Fields(body, frozenset(adds), frozenset(removes), frozenset(wanted - assignees), shown)


def _column(change: Change) -> tuple[Json, Json]:
    """What is sent to change a column, and what the answer shows then; nothing for labels and assignees."""
    match change:
        case Reopen():
            return {"state_event": "reopen"}, {"state": "opened"}
        case Close():
            return {"state_event": "close"}, {"state": "closed"}
        case SetDue(day=day):
            return {"due_date": str(day) if day else ""}, {"due_date": str(day) if day else None}
        case SetConfidential(confidential=confidential):
            return {"confidential": confidential}, {"confidential": confidential}
    return {}, {}
