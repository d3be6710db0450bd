"""What is wrong with naming a block of a template, and choices in it."""

from collections.abc import Iterable

from app.core.codes import Code
from app.core.codes.names import NO_BLOCK, NO_CHOICE
from app.core.document import one_of
from app.core.ruleset import Ruleset
from app.core.sections import heading_key
from app.core.validators import Choice


def block_faults(heading: str, keys: Iterable[str], ruleset: Ruleset) -> list[tuple[str, Code]]:
    """What is wrong with naming that block and these choices in it: no template has them."""
    meant = ruleset.blocks.get(heading_key(heading))
    if not meant:
        known_blocks = one_of(heading, [b.heading for blocks in ruleset.blocks.values() for b in blocks])
        return [(f'no template has a block "{heading}"; {known_blocks}', NO_BLOCK)]
    known = sorted({key for b in meant for v in b.accepts if isinstance(v, Choice) for key in v.options})
    return [
        (f'the block "{heading}" knows no "{key}"; {one_of(key, known)}', NO_CHOICE)
        for key in keys
        if key not in known
    ]
