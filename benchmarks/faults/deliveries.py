"""Events on their way to the receivers: bodies and signatures as GitLab's, at an exact rate, each sent once.

GitLab does not send again, so nothing here does: what got no 202 is lost, and is what the sweep is for.
"""

import asyncio
import base64
import json
import os
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.sandbox.hook_sender import TIMEOUT_SECONDS, USER_AGENT, signature
from app.sandbox.stage import PROJECT
from benchmarks.faults.acts import Happened, Json

RATE = 200.0  # events a second: GitLab.com's highest hook rate is 217
SIGNING_TOKEN = "whsec_" + base64.b64encode(os.urandom(32)).decode()


@dataclass(frozen=True)
class Sent:
    """One delivery. `status` is None where no answer came; instants are machine time, in seconds since 1970."""

    key: str
    iid: int
    status: int | None
    sent_at: float
    answered_at: float

    @property
    def acknowledged(self) -> bool:
        return self.status == 202


def body(happened: Happened) -> bytes:
    """The event that GitLab makes of an act."""
    issue, note = happened.issue, happened.note
    attributes = {
        "id": issue["id"],
        "iid": issue["iid"],
        "project_id": issue["project_id"],
        "author_id": issue["author"]["id"],
        "title": issue["title"],
        "description": issue["description"],
        "state": issue["state"],
        "type": "Issue",
        "created_at": issue["created_at"],
        "updated_at": issue["updated_at"],
        "labels": [{"title": name} for name in issue["labels"]],
    }
    author = issue["author"] if happened.who == issue["author"]["username"] else {"username": happened.who}
    event: Json = {
        "object_kind": "note" if note else "issue",
        "user": author,
        "project": {"id": issue["project_id"], "path_with_namespace": PROJECT},
        "project_id": issue["project_id"],
    }
    if note:
        written = {name: note[name] for name in ("id", "created_at", "updated_at", "system")}
        written |= {"note": note["body"], "noteable_type": "Issue", "noteable_id": issue["id"]}
        event |= {"object_attributes": written | {"action": happened.action}, "issue": attributes}
    else:
        event |= {"object_attributes": attributes | {"action": happened.action}, "changes": {}}
    return json.dumps(event).encode()


def send(events: Sequence[tuple[int, bytes]], ports: Callable[[], int], rate: float = RATE) -> list[Sent]:
    """Sends each (iid, body) to the next port when its time has come, whatever became of those before: open loop."""
    return asyncio.run(_all(events, ports, rate))


def outcomes(sent: Sequence[Sent]) -> str:
    """How many were acknowledged, refused and lost, in words."""
    counts = Counter("no answer" if s.status is None else str(s.status) for s in sent)
    return ", ".join(f"{number} x {status}" for status, number in sorted(counts.items()))


async def _all(events: Sequence[tuple[int, bytes]], ports: Callable[[], int], rate: float) -> list[Sent]:
    began = time.perf_counter()

    async def one(number: int, iid: int, content: bytes) -> Sent:
        await asyncio.sleep(began + number / rate - time.perf_counter())
        key, sent_at = str(uuid.uuid4()), time.time()
        status = await _post(ports(), _request(key, content))
        return Sent(key, iid, status, sent_at, time.time())

    return list(await asyncio.gather(*(one(n, iid, content) for n, (iid, content) in enumerate(events))))


async def _post(port: int, request: bytes) -> int | None:
    """The status, on a connection of its own as GitLab does; None when the connection failed or took too long."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request)
                await writer.drain()
                status = (await reader.readline()).split()
                return int(status[1]) if len(status) > 1 else None
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return None


def _request(key: str, content: bytes) -> bytes:
    kind = "Note Hook" if b'"object_kind": "note"' in content[:40] else "Issue Hook"
    timestamp = str(int(time.time()))
    headers = {
        "Host": "127.0.0.1",
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        "User-Agent": USER_AGENT,
        "X-Gitlab-Event": kind,
        "X-Gitlab-Event-UUID": str(uuid.uuid4()),
        "Idempotency-Key": key,
        "webhook-id": key,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(SIGNING_TOKEN, key, timestamp, content),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /hooks/gitlab HTTP/1.1\r\n{lines}\r\n".encode() + content
