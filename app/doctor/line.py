"""One line of a doctor's report."""

from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["fine", "warning", "wrong", "unknown"]
MARKS: dict[Verdict, str] = {"fine": "✓", "warning": "!", "wrong": "✗", "unknown": "?"}


@dataclass(frozen=True)
class Line:
    """What was looked at, how it stands, and what to do about it where it is not fine."""

    about: str
    verdict: Verdict
    said: str
    remedy: str = ""

    def __str__(self) -> str:
        more = f"\n    → {self.remedy}" if self.remedy else ""
        return f"{MARKS[self.verdict]} {self.about}: {self.said}{more}"

    def as_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {"about": self.about, "verdict": self.verdict, "said": self.said, "remedy": self.remedy}
