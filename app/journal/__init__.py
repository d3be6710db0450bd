"""What was decided and done, one entry per reconcile. Written after the fact; nothing is ever decided from it."""

from app.journal.journal import Entry, Journal, Outcome, Run, new_run
from app.journal.overlaps import Overlap, overlaps

__all__ = ["Entry", "Journal", "Outcome", "Overlap", "Run", "new_run", "overlaps"]
