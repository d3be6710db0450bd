"""What may be done about assignees, and by a rule's own `does`: closing, dates, confidentiality, notes, related issues.

They are actions of a plan like those that stand there.
"""

from dataclasses import dataclass
from datetime import date

from app.core.keys import marked
from app.core.model import IssueRef, User


@dataclass(frozen=True)
class Assign:
    rule: str
    user: User

    def __str__(self) -> str:
        return f"assign {self.user.username}"


@dataclass(frozen=True)
class Unassign:
    rule: str
    user: User

    def __str__(self) -> str:
        return f"unassign {self.user.username}"


@dataclass(frozen=True)
class Close:
    rule: str

    def __str__(self) -> str:
        return "close"


@dataclass(frozen=True)
class SetDue:
    """GitLab's due date set to that day, or taken off."""

    rule: str
    day: date | None

    def __str__(self) -> str:
        return f"due {self.day}" if self.day else "not due"


@dataclass(frozen=True)
class SetConfidential:
    rule: str
    confidential: bool

    def __str__(self) -> str:
        return "confidential" if self.confidential else "not confidential"


@dataclass(frozen=True)
class Comment:
    """A short new note of a rule's, once per key, that mentions nobody."""

    rule: str
    key: str
    body: str
    internal: bool = False

    def __str__(self) -> str:
        return f"comment {self.key}"


@dataclass(frozen=True)
class OpenIssue:
    """A related issue opened in the same project, once per key: the key stands in a note here, that names the new one.
    `title` and `body` are the new one's; the body's first line says which it is."""

    rule: str
    key: str
    title: str
    body: str
    confidential: bool = False

    def __str__(self) -> str:
        return f"open an issue {self.key}"

    def noted(self, ref: IssueRef, number: int | None = None) -> Comment:
        """The note on the issue `ref` that it was opened, with its number once there is one."""
        name = f"#{number}" if number else "a related issue"
        return Comment(self.rule, self.key, marked(self.key, ref, f"I opened {name} for this."))
