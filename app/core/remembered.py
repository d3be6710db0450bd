"""What was worked out once and comes up again: so much of it and no more, the least used first to go."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class Remembered(Generic[V]):
    """Values by what they were made of: `most` of them at most, made of `size` characters of text in all.

    A text longer than `longest` is not kept at all, lest one that somebody pasted pushes out all others and stays.
    Whatever is asked for from several threads is right in each; at worst it is made twice.
    """

    def __init__(self, most: int, size: int, longest: int) -> None:
        self._most, self._size, self._longest = most, size, longest
        self._kept: OrderedDict[Hashable, tuple[int, V]] = OrderedDict()
        self._held = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def characters(self) -> int:
        """How much text the values that are kept were made of."""
        return self._held

    def get(self, key: Hashable, characters: int, make: Callable[[], V]) -> V:
        """The value of that key; made, and kept, where it is not there. `make` gives the same whenever it is called."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept[1]
        value = make()  # not under the lock: it may take long
        if characters <= self._longest:
            with self._lock:
                self._put(key, characters, value)
        return value

    def _put(self, key: Hashable, characters: int, value: V) -> None:
        before = self._kept.pop(key, None)
        self._held += characters - (before[0] if before else 0)
        self._kept[key] = (characters, value)
        while len(self._kept) > self._most or self._held > self._size:
            _, (gone, _) = self._kept.popitem(last=False)
            self._held -= gone
