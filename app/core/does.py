"""What a rule does once per cause, and leaves as it is when the cause is over. Shapes only; `doing` decides."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from app.core.board import username
from app.core.calendar import Count
from app.core.conditions.shapes import ROLE
from app.core.document import Model
from app.core.length import Length, read_length

Label = Annotated[str, Field(min_length=1, max_length=255)]


class NoteSpec(Model):
    """A short new note, once per cause. It mentions nobody: whom to call is a summons' business."""

    text: str = Field(min_length=1, description="May hold the check's placeholders.")
    internal: bool = Field(default=False, description="Only for those who may see internal notes.")


class IssueSpec(Model):
    """A new issue in the same project, once per cause, linked to this one; confidential where this one is. It is no
    request, and no rule looks at it."""

    title: str = Field(min_length=1, max_length=200, description="May hold the check's placeholders.")
    description: str = Field(default="", description="May hold the check's placeholders.")


class DueIn(Model):
    """A due date so long after the rule began to fail, by the board's clock: the day on which that time is over."""

    in_: Length = Field(alias="in", description="Such as 5d.")
    count: Count = Field(default="wall", description="Every day, only working days, or working hours.")


def _note(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


def _due(value: object) -> object:
    """`+5d` as a length of days; `none`."""
    if not isinstance(value, str) or value == "none":
        return value
    if not value.startswith("+"):
        raise ValueError(f"{value!r} is no due date; write none, +5d, or {{in: 5d, count: working_days}}")
    read_length(value[1:])
    return {"in": value[1:]}


def _assignee(value: str) -> str:
    """`role NAME` as it is; anything else must be a username."""
    return value if value.startswith(ROLE) else username(value)


class Does(Model):
    """What is done once when the check begins to find something, and stays when it finds nothing any more.

    Whatever a person does to the same thing while the cause lasts stays as the person wants it.
    """

    add_labels: list[Label] = Field(default=[], max_length=50, description="Put on, and left on.")
    remove_labels: list[Label] = Field(
        default=[], max_length=50, description="Taken off; `*` stands for any text, `?` for one character."
    )
    assign: Annotated[str, AfterValidator(_assignee)] | None = Field(
        default=None,
        description="A username, `requester`, or `role NAME` for its first holder; only where nobody is assigned.",
    )
    note: Annotated[NoteSpec | None, BeforeValidator(_note)] = Field(
        default=None, description="A short new note: its text, or its text and whether it is internal."
    )
    issue: IssueSpec | None = Field(default=None, description="A related issue.")
    due_date: Annotated[Literal["none"] | DueIn | None, BeforeValidator(_due)] = Field(
        default=None,
        description="`none`, `+5d`, or `{in: 5d, count: working_days}`, from when it began to fail.",
    )
    confidential: bool | None = Field(default=None, description="Hidden from guests, or shown to all.")
    state: Literal["close", "reopen"] | None = Field(default=None, description="Closed, or opened again.")
    move: str = Field(
        default="", description="The board to whose project it is moved; the last thing done here."
    )

    @model_validator(mode="after")
    def _sensible(self) -> "Does":
        if not self.model_fields_set:
            raise ValueError("it does nothing; say what is to be done")
        if both := sorted({*self.add_labels} & {*self.remove_labels}):
            raise ValueError(f'"{both[0]}" is both put on and taken off; say one of the two')
        if self.move and self.state:
            raise ValueError(
                "a request that is moved is closed here by GitLab; say only one of move and state"
            )
        return self

    def texts(self) -> dict[tuple[str | int, ...], str]:
        """The texts that may hold placeholders, by their place in the rule's file."""
        found: dict[tuple[str | int, ...], str] = {}
        if self.note:
            found[("does", "note", "text")] = self.note.text
        if self.issue:
            found[("does", "issue", "title")] = self.issue.title
            if self.issue.description:
                found[("does", "issue", "description")] = self.issue.description
        return found

    def told(self) -> list[str]:
        """What is done once, in a few words each."""
        found = [f"puts `{label}` on for good" for label in self.add_labels]
        found += [f"takes `{label}` off" for label in self.remove_labels]
        found += ["writes a note"] if self.note else []
        found += ["opens a related issue"] if self.issue else []
        found += [f"assigns {self.assign}"] if self.assign else []
        found += (
            ["takes the due date off" if self.due_date == "none" else "sets a due date"]
            if self.due_date
            else []
        )
        if self.confidential is not None:
            found.append("makes it confidential" if self.confidential else "shows it to all")
        found += ["closes it" if self.state == "close" else "opens it again"] if self.state else []
        return found + ([f"moves it to {self.move}"] if self.move else [])
