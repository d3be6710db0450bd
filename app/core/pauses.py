"""When labels held for clocks, by what people did: where a clock stands still, and where it may begin."""

from app.core.cycles import Pause, merged
from app.core.facts import Facts
from app.core.labels import label_stretches
from app.core.made import made


def held(facts: Facts, label: str) -> tuple[Pause, ...]:
    """The stretches in which the label held and who put it on: of a state label, in which it was in force.

    What the bot put on held nothing: its instant is chance. Nor does a wait with which the request was opened: nobody
    has asked anything by then, so there is nothing to wait for.
    """
    found = facts.held.get(label)
    if found is None:
        found = facts.held[label] = _held(facts, label)
    return found


def _held(facts: Facts, label: str) -> tuple[Pause, ...]:
    if label in facts.labels.states.known:
        spans = [span for span in facts.spans if span.label == label]
        found = [made(Pause, (span.start, span.end, label, span.by)) for span in spans]
        return tuple([pause for pause in found if not _nobody_asked(pause, facts)])
    issue, known = facts.issue, list[Pause]()
    for start, end in label_stretches(issue, label):
        by = next((e.user for e in issue.events_of.get(label, ()) if e.at == start), None)
        if not issue.is_bot(by):
            known.append(Pause(start, end, label, by))
    return tuple(known)


def pauses(facts: Facts, labels: tuple[str, ...]) -> tuple[Pause, ...]:
    """Where a clock stands still while one of these labels is on, in order and apart."""
    found = facts.pauses.get(labels)
    if found is None:  # several clocks stand still by the same labels
        found = facts.pauses[labels] = merged(p for label in labels for p in held(facts, label))
    return found


def _nobody_asked(pause: Pause, facts: Facts) -> bool:
    """Whether the request was opened waiting."""
    if pause.by is None or pause.start != facts.issue.created_at:
        return False
    return pause.by.username == facts.issue.author.username and pause.label == facts.labels.waiting
