"""When labels held for clocks, by what people did: where a clock stands still, and where it may begin."""

from collections.abc import Iterator

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
        found = facts.held[label] = tuple(_held(facts, label))
    return found


def _held(facts: Facts, label: str) -> Iterator[Pause]:
    if label in facts.labels.state:
        for span in facts.spans:
            if span.label == label:
                pause = made(Pause, (span.start, span.end, label, span.by))
                if not _nobody_asked(pause, facts):
                    yield pause
        return
    for start, end in label_stretches(facts.issue, label):
        by = next((e.user for e in facts.issue.label_history if e.label == label and e.at == start), None)
        if not facts.issue.is_bot(by):
            yield Pause(start, end, label, by)


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
