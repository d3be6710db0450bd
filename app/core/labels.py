"""When a label was on an issue, and what people last did to it."""

from collections.abc import Iterable
from datetime import datetime

from app.core.acts import Act
from app.core.model import Issue

Stretch = tuple[datetime, datetime | None]


def label_stretches(issue: Issue, label: str) -> tuple[Stretch, ...]:
    """The stretches [on, off) in which the label was on, whoever put it on; `off` is None while it still is.

    A label without any event has been on since the opening, as far as anybody can know.
    """
    events = issue.events_of.get(label, ())
    on = issue.created_at if events and events[0].action == "remove" else None
    found: list[Stretch] = []
    for event in events:
        if event.action == "add":
            on = on or event.at
        elif on is not None:
            found.append((on, event.at))
            on = None
    if label in issue.labels:
        found.append((on or issue.created_at, None))
    return tuple(found)


def label_since(issue: Issue, label: str) -> datetime | None:
    """Since when the label has been on without a break; None when it is off. Whoever put it on."""
    return label_stretches(issue, label)[-1][0] if label in issue.labels else None


def last_person_act(acts: Iterable[Act], label: str) -> Act | None:
    """The last time a person put the label on or took it off; None where nobody has touched it since it came off by
    itself."""
    found = [a for a in acts if a[4] == label and a[1] in ("label_on", "label_off")]
    return found[-1] if found and found[-1].by else None
