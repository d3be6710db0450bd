"""So many threads at a time in one place."""

from queue import SimpleQueue


class Turns:
    """So many at a time. A semaphore of Python's, but cheap: several thousand calls a minute pass here."""

    def __init__(self, number: int) -> None:
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(number):
            self._free.put(None)

    def __enter__(self) -> None:
        self._free.get()

    def __exit__(self, *_error: object) -> None:
        self._free.put(None)
