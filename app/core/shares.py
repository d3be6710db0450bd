"""Who had a request how long: the requester, the SAs, others, or nobody."""

from datetime import datetime, timedelta
from itertools import pairwise

from app.core.chain import Counting
from app.core.clock_shape import Holder
from app.core.facts import Facts
from app.core.labels import label_stretches

INSTANT = timedelta(microseconds=1)


def shares(facts: Facts, calendar: Counting, start: datetime, end: datetime) -> dict[Holder, timedelta]:
    """The time that counts in [start, end), by who had the request; together it is all of it.

    While an SA waits the requester has it. Else others have it while a label says so (`elsewhere` in labels.yaml), or
    somebody is assigned who is no SA; else the SA who owns it; else nobody.
    """
    found: dict[Holder, timedelta] = {}
    edges = sorted({start, end, *(at for at in _changes(facts) if start < at < end)})
    for low, high in pairwise(edges):
        holder = holder_at(facts, low)
        found[holder] = found.get(holder, timedelta()) + calendar.between(low, high)
    return {holder: time for holder, time in found.items() if time}


def holder_at(facts: Facts, at: datetime) -> Holder:
    """Who has the request from that instant on."""
    span = next((s for s in reversed(facts.spans) if s.start <= at), facts.spans[0])
    if span.label == facts.labels.waiting:
        return "requester"
    for label in facts.labels.elsewhere:
        if any(on <= at and (off is None or at < off) for on, off in label_stretches(facts.issue, label)):
            return "others"
    after = at + INSTANT
    if facts.owners_at(after):
        return "sa"
    return "others" if facts.holders_at(after) else "nobody"


def _changes(facts: Facts) -> set[datetime]:
    """The instants at which it may have passed from one to another."""
    found = {span.start for span in facts.spans}
    found |= {act.at for act in facts.acts if act.kind == "assigned"} | facts.people.turns()
    for label in facts.labels.elsewhere:
        for on, off in label_stretches(facts.issue, label):
            found |= {on} | ({off} if off else set())
    return found
