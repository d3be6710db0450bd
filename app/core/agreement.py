"""Who agrees that a request is done: an SA, the sales team (the requester) and, by word of either, the customer."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from app.core.facts import Facts
from app.core.orders import Order

Party = Literal["sa", "sales", "customer"]
PARTIES: Mapping[Party, str] = {"sa": "an SA", "sales": "the sales team", "customer": "the customer"}
BLOCK = "Agreement"  # the heading of the block with a box for each
_FOR_CUSTOMER = re.compile(r"\bfor (?:the |our |their )?customer\b", re.IGNORECASE)


def party(order: Order, facts: Facts) -> Party | None:
    """For whom somebody agrees by `@bot agree` or `@bot agree for the customer`; None when they may not."""
    role = facts.people.role(order.by, order.at)
    if role not in ("sa", "escalation", "requester"):
        return None
    if _FOR_CUSTOMER.search(order.words):
        return "customer"
    return "sales" if role == "requester" else "sa"


def agreed(facts: Facts, until: datetime | None = None) -> set[Party]:
    """Who agrees: by order since people last reopened the request (up to `until`), or by a tick in its boxes."""
    reopened = (a.at for a in facts.acts if a.kind == "reopened" and not facts.issue.is_bot(a.by))
    since = max(reopened, default=facts.issue.created_at)
    found = {
        who
        for order in facts.orders
        if order.verb == "agree" and since <= order.at <= (until or order.at) and (who := party(order, facts))
    }
    answer = facts.answer(BLOCK)
    for item in answer.ticked if answer else ():
        found |= {
            who for who, name in PARTIES.items() if name.split()[-1].casefold() in item.casefold().split()
        }
    return found
