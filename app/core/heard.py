"""Which orders count on an issue: those that were given to it as it now is, while nobody had silenced the bot."""

from app.core.facts import Facts
from app.core.labels import label_stretches
from app.core.orders import Order, heard_from


def heard(facts: Facts) -> list[Order]:
    """The orders, oldest first: what was said before the request came here or was opened again is past."""
    since = heard_from(facts.issue) if facts.orders else facts.now
    return [order for order in unmuted(facts) if order.at >= since]


def unmuted(facts: Facts) -> list[Order]:
    """The same with those that are past, of which what they did may last: a label stays as it would by hand."""
    silent = label_stretches(facts.issue, facts.labels.off) if facts.orders else ()
    return [
        o for o in facts.orders if not any(on <= o.at and (off is None or o.at < off) for on, off in silent)
    ]
