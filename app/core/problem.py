"""One fault in a file of ours, with its place; and the errors that deciding itself can end in."""

from dataclasses import dataclass
from typing import Any

from app.core.codes.code import Code, Level


class TriageError(Exception):
    """The root: whoever catches it has caught everything that we raise on purpose."""


class Unsettled(TriageError):
    """Rules kept changing an issue under each other. `rules` are the ids of those that acted last."""

    def __init__(self, rules: list[str]) -> None:
        self.rules = rules
        super().__init__(f"these rules undo each other: {', '.join(rules)}")


@dataclass(frozen=True)
class Problem:
    """`line` and `column` count from 1; 0 means that the place is unknown. `code` says of which kind it is,
    where it is one of the rules."""

    file: str
    line: int
    column: int
    message: str
    code: Code | None = None

    @property
    def severity(self) -> Level:
        """How much it matters."""
        return self.code.severity if self.code else "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        warning = "warning: " if self.severity == "warning" else ""
        return f"{place}: {warning}{self.message}{f' ({self.code})' if self.code else ''}"

    def as_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        place = {"file": self.file, "line": self.line, "column": self.column}
        code = self.code.id if self.code else ""
        return {**place, "code": code, "severity": self.severity, "message": self.message}
