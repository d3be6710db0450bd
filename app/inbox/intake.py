"""Group commit: what arrives while one transaction is written goes into the next. Each caller waits for its own.

All that is here runs in one event loop, but for the writing, which is done by one thread.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError, TimeoutError

from app.inbox.deliveries import Delivery, prune, remember
from app.inbox.inbox import Inbox
from app.inbox.rows import AT_ONCE

BATCH = 500
LONGEST_QUEUE = 20_000
PATIENCE = timedelta(seconds=6)  # for a server that restarts; GitLab gives up after ten seconds
RETRY_SECONDS = 0.1
PRUNE_SECONDS = 60.0


class NotStored(SQLAlchemyError):
    """The transaction failed; the message is the kind of error, and tells nothing of what was in it."""


class Intake:
    """Puts deliveries into the inbox, many in one transaction."""

    def __init__(
        self,
        inbox: Inbox,
        patience: timedelta = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inbox = inbox
        self._patience = patience.total_seconds()
        self._monotonic = monotonic
        self._waiting: list[tuple[Delivery, asyncio.Future[bool], float]] = []
        self._running: asyncio.Task[None] | None = None
        self._writer = ThreadPoolExecutor(1, "intake")
        self._pruned = monotonic()

    async def take(self, delivery: Delivery) -> bool:
        """The delivery is on disk, and its issue in the inbox; whether it had come before.

        SQLAlchemyError when it could not be stored; whoever was in the same transaction gets it as well.
        """
        if len(self._waiting) >= LONGEST_QUEUE:
            raise TimeoutError("too many events wait for the database")
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, stored, self._monotonic()))
        if self._running is None:
            self._running = asyncio.create_task(self._write())
        return await stored

    async def _write(self) -> None:
        """One transaction after the other, until nobody waits."""
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                deliveries = [delivery for delivery, _, _ in batch]
                try:
                    answers = await loop.run_in_executor(
                        self._writer, self._patiently, deliveries, batch[0][2] + self._patience
                    )
                except Exception as error:
                    _answer(batch, [_of_its_own(error) for _ in batch])
                else:
                    _answer(batch, answers)
        finally:
            self._running = None

    def _patiently(self, deliveries: Sequence[Delivery], deadline: float) -> list[bool]:
        """Again and again while the server cannot be reached: storing twice does no harm."""
        while True:
            try:
                return self.store(deliveries)
            except (OperationalError, InterfaceError) as error:
                if not self._may_pass(error) or self._monotonic() >= deadline:
                    raise
                time.sleep(RETRY_SECONDS)

    def _may_pass(self, error: DBAPIError) -> bool:
        """SQLite has waited for locks already, and its other troubles stay."""
        return self._inbox.engine.dialect.name == "postgresql" or error.connection_invalidated

    def store(self, deliveries: Sequence[Delivery]) -> list[bool]:
        """One transaction for all of them; of each, whether it had come before. SQLAlchemyError: none is stored."""
        with self._inbox.writing() as connection:
            now = self._inbox.clock.of(connection)
            self._inbox.put_all(connection, {d.ref: AT_ONCE for d in deliveries if d.look})
            known = remember(connection, now, deliveries)
            if self._monotonic() - self._pruned >= PRUNE_SECONDS:
                self._pruned = self._monotonic()
                prune(connection, now)
        answers = []
        for delivery in deliveries:
            answers.append(delivery.key in known)
            known.add(delivery.key)
        return answers


def _answer(
    batch: Sequence[tuple[Delivery, asyncio.Future[bool], float]], answers: Sequence[bool | Exception]
) -> None:
    for (_, stored, _), answer in zip(batch, answers, strict=True):
        if stored.done():  # whoever waited for it went away
            continue
        if isinstance(answer, Exception):
            stored.set_exception(answer)
        else:
            stored.set_result(answer)


def _of_its_own(error: Exception) -> Exception:
    """One exception raised in many tasks would collect all their tracebacks."""
    if isinstance(error, SQLAlchemyError):
        return NotStored(type(error).__name__)
    return error
