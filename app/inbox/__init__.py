"""Which issues are to be looked at, and when: one row per issue. Knows nothing of GitLab, and of no reason why."""

from app.inbox.deliveries import Deliveries, Delivery
from app.inbox.inbox import Inbox
from app.inbox.intake import Intake, NotStored
from app.inbox.lease import LEASE, Lease
from app.inbox.listing import Waiting, listed, retry, retry_all
from app.inbox.pauses import Pauses
from app.inbox.rows import AT_ONCE, held
from app.inbox.settling import failing, settle
from app.inbox.state import Pause, Stats
from app.inbox.told_lines import forget_line, tell_line, told_lines

__all__ = [
    "AT_ONCE",
    "LEASE",
    "Deliveries",
    "Delivery",
    "Inbox",
    "Intake",
    "Lease",
    "NotStored",
    "Pause",
    "Pauses",
    "Stats",
    "Waiting",
    "failing",
    "forget_line",
    "held",
    "listed",
    "retry",
    "retry_all",
    "settle",
    "tell_line",
    "told_lines",
]
