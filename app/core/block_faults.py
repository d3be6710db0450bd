"""What is wrong with naming a block of a template, and choices in it."""

from collections.abc import Iterable

from app.core.document import one_of
from app.core.ruleset import Ruleset
from app.core.sections import heading_key
from app.core.validators import Choice


def block_faults(heading: str, keys: Iterable[str], ruleset: Ruleset) -> list[str]:
    """What is wrong with naming that block and these choices in it: no template has them."""
    blocks = [b for t in ruleset.templates.values() for b in t.file.blocks]
    meant = [b for b in blocks if b.key == heading_key(heading)]
    if not meant:
        return [f'no template has a block "{heading}"; {one_of(heading, [b.heading for b in blocks])}']
    known = sorted({key for b in meant for v in b.accepts if isinstance(v, Choice) for key in v.options})
    return [
        f'the block "{heading}" knows no "{key}"; {one_of(key, known)}' for key in keys if key not in known
    ]
