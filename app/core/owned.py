"""The labels that rules own: on while any of their rules wants them and off otherwise, unless people decided so."""

from app.core.facts import Facts
from app.core.labels import last_person_act
from app.core.look import Look
from app.core.plan import Action, AddLabel, RemoveLabel

Wanted = dict[str, list[Look]]


def label_changes(looks: list[Look], facts: Facts) -> list[Action]:
    """The labels to be put on and taken off. What clocks put on is exclusive: of several wanted the strongest is on
    that people let be."""
    owners: Wanted = {}
    for look in looks:
        for label in look.rule.owns:
            owners.setdefault(label, []).append(look)
    wanted = {label: [k for k in found if k.wants(label)] for label, found in owners.items()}
    strongest = _strongest(wanted, facts)
    actions: list[Action] = []
    for label, found in owners.items():
        weaker = strongest is not None and label in facts.labels.clocks and label != strongest
        actions += _change(label, found, [] if weaker else wanted[label], facts)
    return actions


def _strongest(wanted: Wanted, facts: Facts) -> str | None:
    """The strongest of the clocks' labels that is wanted, and is on or may be put on."""
    for label in reversed(facts.labels.clocks):
        looks = wanted.get(label, [])
        if looks and (label in facts.issue.labels or not all(_vetoed(k, label, facts) for k in looks)):
            return label
    return None


def _change(label: str, owners: list[Look], wanted: list[Look], facts: Facts) -> list[Action]:
    on = label in facts.issue.labels
    if wanted and not on:
        unopposed = next((look for look in wanted if not _vetoed(look, label, facts)), None)
        return [AddLabel(unopposed.rule.id, label)] if unopposed else []
    if on and not wanted and _may_come_off(owners, facts, label):
        return [RemoveLabel(owners[0].rule.id, label)]
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
    told = [look.result.over_since for look in owners if look.result.over_since]
    ends += [at for over_since in told if (at := over_since())]
    return any(on_since <= end for end in ends)
