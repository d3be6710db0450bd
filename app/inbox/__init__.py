"""Which issues are to be looked at, and when: one row per issue. Knows nothing of GitLab, and of no reason why."""

from app.inbox.inbox import AT_ONCE, Inbox
from app.inbox.lease import LEASE, Lease
from app.inbox.state import Pause, Stats

__all__ = ["AT_ONCE", "LEASE", "Inbox", "Lease", "Pause", "Stats"]
