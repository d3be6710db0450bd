"""Numbers for `/metrics`: what the database says of the whole service, and what this process counts itself.

Decides nothing, and holds no text that people wrote: labels are names of boards, clocks, kinds, outcomes and statuses.
"""

from app.metrics.entries import kinds_done
from app.metrics.exposition import exposition, written
from app.metrics.numbers import Numbers
from app.metrics.rules_state import RulesState, rules_state
from app.metrics.telling import Teller, tell_calls, tell_sweep

__all__ = [
    "Numbers",
    "RulesState",
    "Teller",
    "exposition",
    "kinds_done",
    "rules_state",
    "tell_calls",
    "tell_sweep",
    "written",
]
