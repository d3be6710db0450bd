"""One fault in a file of ours, with its place; and the errors that deciding itself can end in."""

from dataclasses import dataclass


class TriageError(Exception):
    """The root: whoever catches it has caught everything that we raise on purpose."""


class Unsettled(TriageError):
    """Rules kept changing an issue under each other. `rules` are the ids of those that acted last."""

    def __init__(self, rules: list[str]) -> None:
        self.rules = rules
        super().__init__(f"these rules undo each other: {', '.join(rules)}")


@dataclass(frozen=True)
class Problem:
    """`line` and `column` count from 1; 0 means that the place is unknown."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}"
