"""Which orders count on an issue: those that were given to it as it now is, while nobody had silenced the bot."""

from app.core.facts import Facts
from app.core.labels import label_stretches
from app.core.orders import Order, heard_from


def heard(facts: Facts) -> list[Order]:
    """The orders, oldest first: what was said before the request came here or was opened again is past."""
    if not facts.orders:
        return []
    since, silent = heard_from(facts.issue), label_stretches(facts.issue, facts.labels.off)
    return [
        order
        for order in facts.orders
        if order.at >= since
        and not any(on <= order.at and (off is None or order.at < off) for on, off in silent)
    ]
