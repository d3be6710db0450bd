"""Several hands for one kind of work: threads with a GitLab client each. What they do, they are told."""

import sys
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType
from typing import Generic, TypeVar

from app.gitlab.client import GitLab

TURN = 0.0005  # seconds that a thread may go on while another has its answer: they wait most of the time
AHEAD = 4  # tasks that are at hand for each thread, so that none waits while a page is listed

Task = TypeVar("Task")
Result = TypeVar("Result")


class Crew(Generic[Task, Result]):
    """Does `act` with each task that it is given, `threads` at a time; without any, the caller's own does it.

    An interruption comes to the caller's thread: only in others is finished what is under way.

    `take` gives the results in the order in which they come. What `act` raises is raised there.
    """

    def __init__(self, act: Callable[[GitLab, Task], Result], gitlab: GitLab, threads: int = 0) -> None:
        self._act, self._gitlab = act, gitlab
        self._tasks: deque[Task] = deque()
        self._jobs: SimpleQueue[bool] = SimpleQueue()
        self._results: SimpleQueue[Result | BaseException] = SimpleQueue()
        self._under_way = 0
        self._lock = threading.Lock()
        self._room = max(1, AHEAD * threads)
        self._usual = sys.getswitchinterval()
        if threads > 1:
            sys.setswitchinterval(TURN)
        self._threads = [
            threading.Thread(target=self._work, name=f"sweep-{n}", daemon=True) for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def room(self) -> bool:
        """Whether one more task may be given now."""
        return self._under_way < self._room

    @property
    def idle(self) -> bool:
        """Whether there is nothing to take any more."""
        return self._under_way == 0

    def give(self, task: Task) -> None:
        """One more task."""
        with self._lock:
            self._tasks.append(task)
        self._under_way += 1
        self._jobs.put(True)

    def take(self) -> Result:
        """The next result; waits for it. Not to be called when `idle`."""
        if not self._threads:
            task = self._tasks.popleft()
            self._under_way -= 1
            return self._act(self._gitlab, task)
        result = self._results.get()
        self._under_way -= 1
        if isinstance(result, BaseException):
            raise result
        return result

    def drop(self) -> None:
        """Whatever nobody has begun with is not done."""
        with self._lock:
            self._under_way -= len(self._tasks)
            self._tasks.clear()

    def __enter__(self) -> "Crew[Task, Result]":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """What is under way is finished: it may be about to write."""
        self.drop()
        for _ in self._threads:
            self._jobs.put(False)
        for thread in self._threads:
            thread.join()
        sys.setswitchinterval(self._usual)

    def _work(self) -> None:
        gitlab = self._gitlab.another()
        try:
            while self._jobs.get():
                with self._lock:
                    if not self._tasks:  # it was dropped
                        continue
                    task = self._tasks.popleft()
                try:
                    self._results.put(self._act(gitlab, task))
                except BaseException as error:
                    self._results.put(error)
        finally:
            gitlab.close()
