"""Every issue of every board through the one path: the safety net under the webhooks, and the way in for pipelines.

What is looked at, by how many at once, what is known from before, and what came out. Decides nothing.
"""

from app.sweep.boards import CLOSED_FOR, choose_boards, issues_of
from app.sweep.hooks import hooks_of, watch_hooks
from app.sweep.patience import IN_A_ROW, patiently
from app.sweep.report import Report, Swept
from app.sweep.run import sweep

__all__ = [
    "CLOSED_FOR",
    "IN_A_ROW",
    "Report",
    "Swept",
    "choose_boards",
    "hooks_of",
    "issues_of",
    "patiently",
    "sweep",
    "watch_hooks",
]
