"""The shape of a code: one kind of fault of rules, by a number that stays."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Code:
    """One kind of fault. An error is refused when rules are loaded (or, compared with GitLab, keeps a board from being
    looked after); a warning is told by `triage rules check`. `bad` and `good` are pieces of the files."""

    id: str
    severity: Level
    title: str
    why: str
    bad: str
    good: str

    def __str__(self) -> str:
        return self.id

    def explained(self) -> str:
        """All of it, as text for a terminal."""
        parts = [f"{self.id} ({self.severity}): {self.title}", self.why]
        parts += [f"Bad:\n\n{_indented(self.bad)}", f"Good:\n\n{_indented(self.good)}"]
        return "\n\n".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
