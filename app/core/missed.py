"""Whether a person did something to an issue of which GitLab should have sent an event, and none came. Decides only.

It would rather miss one than name one wrongly: what fires no event is left out (system notes, deletions, labels that
were renamed or deleted), and so is what could be a matter of clocks.
Source: https://docs.gitlab.com/user/project/integrations/webhook_events/
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.core.acts import EDITED
from app.core.model import MOVING, Issue, IssueRef

ON_ITS_WAY = timedelta(minutes=5)  # an event of what is younger may still come
# An event tells when the issue was last updated, and GitLab moves that instant once a minute at most when labels,
# assignees or comments change: app/models/concerns/throttled_touch.rb
TOLD_EARLIER = timedelta(minutes=2)
LOOKED_BACK = timedelta(hours=36)  # deliveries are known for two days, and a sweep may take hours


@dataclass(frozen=True)
class Missed:
    """An issue that changed without an event; of a confidential one the instants are not told."""

    ref: IssueRef
    reference: str
    board: str
    project: str
    changed_at: datetime | None
    last_told_at: datetime | None

    def __str__(self) -> str:
        at = f" (at {self.changed_at:%Y-%m-%dT%H:%MZ})" if self.changed_at else ""
        return f"{self.board}#{self.ref.iid}{at}"

    def as_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {
            "reference": self.reference,
            "board": self.board,
            "changed_at": self.changed_at.isoformat() if self.changed_at else None,
            "last_told_at": self.last_told_at.isoformat() if self.last_told_at else None,
        }


def changed_at(issue: Issue) -> datetime | None:
    """When a person last did something of which GitLab sends an event: opened, closed or reopened it, put a label on or
    off, commented, edited the description.

    What the bot did is left out: nobody has to look because of it. None where nothing is known: of a moved issue all
    that was copied with it, and what moving itself did.
    """
    acts = [(issue.author, issue.created_at)]
    acts += [(event.user, event.at) for event in issue.label_history if event.user]
    acts += [(event.user, event.at) for event in issue.state_events if event.user]
    acts += [(n.author, n.at) for n in issue.notes if not n.system or n.body.startswith(EDITED)]
    after = issue.arrivals[-1].at + MOVING if issue.arrivals else issue.created_at
    return max((at for who, at in acts if at >= after and not issue.is_bot(who)), default=None)


def is_missed(changed_at: datetime, last_told_at: datetime | None, since: datetime, now: datetime) -> bool:
    """Whether no event told of what was done at `changed_at` or of anything later.

    `last_told_at` is the newest change of which an event told; `since` is from when on it is known which events came.
    All in issue time.
    """
    if not max(since, now - LOOKED_BACK) <= changed_at <= now - ON_ITS_WAY:
        return False
    return last_told_at is None or changed_at > last_told_at + TOLD_EARLIER
