"""When labels held for clocks, by what people did: where a clock stands still, and where it may begin."""

from collections.abc import Iterator

from app.core.cycles import Pause, merged
from app.core.facts import Facts
from app.core.labels import label_stretches


def held(facts: Facts, label: str) -> Iterator[Pause]:
    """The stretches in which the label held and who put it on: of a state label, in which it was in force.

    What the bot put on held nothing: its instant is chance. Nor does a wait with which the request was opened: nobody
    has asked anything by then, so there is nothing to wait for.
    """
    if label in facts.labels.state:
        found = (Pause(s.start, s.end, label, s.by) for s in facts.spans if s.label == label)
        yield from (pause for pause in found if not _nobody_asked(pause, facts))
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
    author = facts.issue.author.username
    given = pause.by is not None and pause.by.username == author and pause.start == facts.issue.created_at
    return given and pause.label == facts.labels.waiting
