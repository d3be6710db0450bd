"""How the way to GitLab stands, as a value."""

from dataclasses import dataclass

from app.gitlab.circuit import State


@dataclass(frozen=True)
class LineState:
    """How the way to GitLab stands, for probes and metrics. `probe_in` and `paused_for` are seconds. `allowed` is
    GitLab's own limit as it said last, of which `allowed_left` is left; None where it named none."""

    circuit: State
    failures: int
    probe_in: float
    paused_for: float
    requests_used: int
    requests_limit: int
    notes_used: int
    notes_limit: int
    allowed_left: int | None = None
    allowed: int | None = None

    @property
    def held_up(self) -> bool:
        """Whether calls do not get through now: GitLab is down or asked for a pause, or the budget is spent."""
        spent = self.requests_used >= self.requests_limit or self.notes_used >= self.notes_limit
        return self.circuit != "closed" or self.paused_for > 0 or spent
