"""`serve` with parts of the tests' own, to be run as a program: the worker writes what it looks at into a file.

Usage: serve_stand_in.py ROLE FOLDER DATABASE_URL
"""

import sys
import time
from pathlib import Path

from app.clock import SystemClock
from app.database import open_database
from app.errors import ConfigError
from app.inbox import Inbox
from app.serve import ReceiverParts, WorkerParts, run_all, serve


def main(role, folder, url):
    inbox = Inbox(open_database(url))
    seen = Path(folder) / "seen"

    def look(ref, lease):
        if ref.iid == 13:
            time.sleep(60)
        with seen.open("a") as file:
            file.write(f"{ref}\n")

    def receiver():
        boards = frozenset({"boards/emea"})
        return ReceiverParts(inbox, lambda: boards, frozenset, b"s3cret")

    def worker():
        return WorkerParts(inbox, SystemClock(), look, threads=2, grace=0.5)

    if role == "all":
        run_all(receiver(), "127.0.0.1", 0, [sys.executable, __file__, "worker", folder, url])
    else:
        serve(role, "127.0.0.1", 0, receiver=receiver, worker=worker)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ConfigError as error:
        sys.exit(f"CONFIG {error}")
