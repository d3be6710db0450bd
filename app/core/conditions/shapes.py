"""Shapes that several leaves share: a word or a mapping, bounds, people and where they belong."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from app.core.document import Model, one_of

GROUPS = ("sas", "board.escalation", "requester")
ROLE = "role "
MEMBERS_OF = ("group ", "project ")  # with a path or a number: their direct members


def word_or_shape(value: object) -> str:
    """Which of the two it is, so that a fault is told once."""
    return "word" if isinstance(value, str) else "shape"


def as_list(value: object) -> object:
    """One thing as a list of it."""
    return value if isinstance(value, list | tuple) else [value]


def _group(value: str) -> str:
    if value not in GROUPS and "/" not in value and not value.startswith((ROLE, *MEMBERS_OF)):
        raise ValueError(
            f"{value!r} is no group; {one_of(value, list(GROUPS))}, role NAME, a group's path, group ID or project ID"
        )
    return value


# Where somebody may belong: the board's SAs, its escalation, the requester, a role, a group of GitLab's by its path
# (with inherited members), or the direct members of a group or project by its path or number.
Group = Annotated[str, AfterValidator(_group)]


class Bounds(Model):
    """How many: `at_least` and `at_most` both include the number."""

    at_least: int | None = Field(default=None, ge=0, description="So many or more.")
    at_most: int | None = Field(default=None, ge=0, description="So many or fewer.")

    @model_validator(mode="after")
    def _sensible(self) -> "Bounds":
        if self.at_least is None and self.at_most is None:
            raise ValueError("say how many: at_least, at_most, or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is more than at_most, so that it never holds")
        return self

    def fit(self, number: int) -> bool:
        """Whether the number is within them."""
        low, high = self.at_least, self.at_most
        return (low is None or number >= low) and (high is None or number <= high)

    def told(self) -> str:
        """`at least 2 and at most 5`."""
        named = (("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{word} {number}" for word, number in named if number is not None)
