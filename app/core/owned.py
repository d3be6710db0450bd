"""The labels that rules own: on while any of their rules wants them and off otherwise, unless people decided so."""

from app.core.board_rules import BoardRules
from app.core.facts import Facts
from app.core.labels import last_person_act
from app.core.look import Look
from app.core.plan import Action, AddLabel, RemoveLabel


def label_changes(looks: list[Look], live: list[Look], rules: BoardRules, facts: Facts) -> list[Action]:
    """The labels to be put on and taken off by the rules of the board; only `live` looks may want one. What clocks put
    on is exclusive: of several wanted the strongest is on that people let be."""
    labels = facts.issue.labels
    wanted: dict[str, list[Look]] = {}
    for look in live:
        for label in look.seat.owns:
            if look.wants(label):
                wanted.setdefault(label, []).append(look)
    came_along = [] if labels.isdisjoint(rules.guests) else [x for x in rules.guests if x in labels]
    if not (wanted or came_along) and labels.isdisjoint(rules.owned):
        return []
    strongest = _strongest(wanted, facts)
    actions: list[Action] = []
    for label in dict.fromkeys([*rules.owned, *came_along]):
        weaker = strongest is not None and label in facts.labels.clocks and label != strongest
        owners = (*rules.owned.get(label, ()), *(rules.guests[label] if label in came_along else ()))
        actions += _change(label, owners, looks, [] if weaker else wanted.get(label, []), facts)
    return actions


def _strongest(wanted: dict[str, list[Look]], facts: Facts) -> str | None:
    """The strongest of the clocks' labels that is wanted, and is on or may be put on."""
    for label in reversed(facts.labels.clocks):
        looks = wanted.get(label, [])
        if looks and (label in facts.issue.labels or not all(_vetoed(k, label, facts) for k in looks)):
            return label
    return None


def _change(
    label: str, owners: tuple[str, ...], looks: list[Look], wanted: list[Look], facts: Facts
) -> list[Action]:
    on = label in facts.issue.labels
    if wanted and not on:
        unopposed = next((look for look in wanted if not _vetoed(look, label, facts)), None)
        return [AddLabel(unopposed.seat.id, label)] if unopposed else []
    if on and not wanted and _may_come_off([k for k in looks if k.seat.id in owners], facts, label):
        return [RemoveLabel(owners[0], label)]
    return []


def _vetoed(look: Look, label: str, facts: Facts) -> bool:
    """Whether a person took the label off after the cause began."""
    act, cause = last_person_act(facts.acts, label), look.result.cause_at
    return act is not None and act.kind == "label_off" and cause is not None and act.at >= cause


def _may_come_off(owners: list[Look], facts: Facts, label: str) -> bool:
    """Whether the label is the bot's to take off: it put it on, or what it speaks of has ended since a person did."""
    adds = [e for e in facts.issue.events_of.get(label, ()) if e.action == "add"]
    if adds and facts.issue.is_bot(adds[-1].user):
        return True
    on_since = adds[-1].at if adds else facts.issue.created_at
    ends = [act.at for act in facts.acts if act.kind == "closed"]
    ends += [look.result.over_since for look in owners if look.result.over_since]
    return any(on_since <= end for end in ends)
