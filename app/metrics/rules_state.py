"""By which rules a process goes, as far as numbers need to know."""

from dataclasses import dataclass

from app.core.checks.sla import Sla
from app.core.ruleset import Ruleset


@dataclass(frozen=True)
class RulesState:
    """The version that holds, whether the files that are there now are `faulty`, the ids of the boards that are looked
    after, and the names of the clocks."""

    version: str = ""
    faulty: bool = False
    boards: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()


def rules_state(held: Ruleset, error: str) -> RulesState:
    """How it stands with the rules that hold, and with what is wrong with the files since."""
    clocks = {rule.check.clock for rule in held.rules if isinstance(rule.check, Sla)}
    return RulesState(held.version, bool(error), tuple(sorted(held.active_boards)), tuple(sorted(clocks)))
