"""Labels that rules name: those that nobody knows, and those that are nearly one that is known."""

import re
from collections.abc import Iterator

from app.core.codes.files import LOOSE_NAME
from app.core.codes.names import STRANGE_LABEL
from app.core.document import one_of
from app.core.effects import Effects, same
from app.core.lint.book import Book
from app.core.problem import Problem


def label_faults(book: Book, effects: dict[str, Effects]) -> Iterator[Problem]:
    """Labels that no file of labels and no rule knows, or that differ from a known one by case or blanks only."""
    file = book.ruleset.labels
    ours = [*file.state, *file.attribute, *file.clocks, file.off, file.on]
    written = {rule: _names(e, written=True) for rule, e in effects.items()}
    known = {*ours, *(name for names in written.values() for name in names)}
    loose = {_loose(name): name for name in [*sorted(known), *ours]}
    for rule, each in effects.items():
        for name in sorted({*_names(each, written=False), *written[rule]}):
            twin = loose.get(_loose(name), name)
            if twin != name:
                message = f'"{name}" is not "{twin}" to GitLab; did you mean "{twin}"?'
                yield book.at_text(rule, name, message, LOOSE_NAME)
            elif not any(same(name, other) for other in known):
                message = (
                    f'neither labels.yaml nor any rule knows the label "{name}"; {one_of(name, list(known))}'
                )
                yield book.at_text(rule, name, message, STRANGE_LABEL)


def _names(effects: Effects, *, written: bool) -> set[str]:
    facts = effects.writes if written else frozenset().union(*effects.ways)
    repaired = effects.repairs or () if written else ()
    return {fact.name for fact in (*facts, *repaired) if fact.about == "label"}


def _loose(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()
