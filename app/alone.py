"""Keeps a SQLite database to one process of each role. On PostgreSQL any number may run, and nothing is locked."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.errors import ConfigError
from app.inbox import Inbox

RETRY_SECONDS = 0.2


@contextmanager
def alone(
    inbox: Inbox, role: str = "receiver", wait: float = 0.0, stop: threading.Event | None = None
) -> Iterator[None]:
    """Holds the role's lock file beside the SQLite database; ConfigError when another process does.

    It is tried for `wait` seconds, or until `stop`. The lock goes with the process, however that ends; the file stays,
    with the process id in it.
    """
    database = inbox.engine.url.database
    if inbox.engine.dialect.name != "sqlite" or not database:
        yield
        return
    path = Path(f"{os.path.realpath(database)}{'' if role == 'receiver' else f'.{role}'}.lock")
    deadline = time.monotonic() + wait
    with path.open("a+") as file:
        while not _locked(file):
            if time.monotonic() >= deadline or (stop and stop.is_set()):
                file.seek(0)
                raise ConfigError(
                    f"{database}: another `triage serve` runs on it (process {file.read().strip() or 'unknown'});"
                    " stop that one, or set TRIAGE_DATABASE_URL to another file, or to PostgreSQL, which several may"
                    " share"
                ) from None
            time.sleep(RETRY_SECONDS)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
