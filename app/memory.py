"""How Python's collector works beside rules that stay and issues that go."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG, MIDDLE, OLD = 20_000, 20, 50  # an issue with its plan is some thousand objects, gone at once


def settle() -> None:
    """What there is now, the rules above all, is not gone through again at each collection, which are fewer. To be
    called once rules are loaded, by whoever then looks at many issues; again when they were loaded anew."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def share() -> None:
    """To be called in a copy of a process: what it has of that one it goes on sharing, and never lets go of. To let go
    of what stands for a connection might end that for both."""
    gc.freeze()


@contextmanager
def growing() -> Iterator[None]:
    """Inside, much is made and nothing let go of: looking for what nobody needs any more would find nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
