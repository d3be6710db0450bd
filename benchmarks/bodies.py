"""Random and mutated bodies with a right token or signature, put to the receiver: what does it answer?

Usage: python -m benchmarks.bodies [--bodies 10000] [--seed 5] [--samples FOLDER]
"""

import argparse
import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from app.database import open_database
from app.inbox import Inbox
from app.web import create_app
from app.web.access import HEADERS
from app.web.body import LIMIT

SECRET, KEY = b"a secret of the hook's", bytes(range(32))
BOARD = "gitlab-com/emea-triage"
WANTED = {202, 400, 413}
USER = {"id": 7, "name": "Alice", "username": "alice", "avatar_url": None, "email": "[REDACTED]"}
PROJECT = {"id": 3, "name": "EMEA", "path_with_namespace": BOARD, "web_url": f"https://x.example/{BOARD}"}
ISSUE = {
    "id": 9001, "iid": 23, "project_id": 3, "author_id": 7, "title": "Acme", "description": "## SA Asks\nA demo",
    "state": "opened", "state_id": 1, "type": "Issue", "confidential": False, "labels": [], "assignee_ids": [8],
    "created_at": "2026-03-02T14:00:00.000Z", "updated_at": "2017-09-15 16:50:55 UTC", "action": "update",
}  # fmt: skip
NOTE = {
    "id": 1244, "note": "Hello world", "noteable_type": "Issue", "author_id": 7, "noteable_id": 9001, "system": False,
    "updated_by_id": None, "created_at": "2026-03-02 14:00:00 UTC", "action": "create", "internal": False,
}  # fmt: skip
CHANGES = {
    "labels": {"previous": [], "current": [{"id": 4, "title": "SA Doing"}]},
    "title": {"previous": "A"},
}
SAMPLES: list[dict[str, Any]] = [
    {"object_kind": "issue", "event_type": "issue", "user": USER, "project": PROJECT, "object_attributes": ISSUE,
     "labels": [], "changes": CHANGES},
    {"object_kind": "work_item", "user": USER, "project": PROJECT, "object_attributes": ISSUE},
    {"object_kind": "note", "event_type": "confidential_note", "user": USER, "project_id": 3, "project": PROJECT,
     "object_attributes": NOTE, "issue": ISSUE},
    {"object_kind": "emoji", "user": USER, "project": PROJECT, "issue": ISSUE,
     "object_attributes": {"id": 1, "name": "thumbsup", "awardable_type": "Issue", "action": "award"}},
    {"object_kind": "milestone", "project": PROJECT, "object_attributes": {"id": 1, "iid": 1}, "action": "create"},
    {"object_kind": "access_token", "project": PROJECT, "event_name": "expiring_access_token"},
]  # fmt: skip
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 1.5, 1e308, 2**31, 2**63 - 1, 2**63, 10**400, "", " ", "\0", "23", "Issue",
    "issue", BOARD, BOARD.upper(), "../../etc", "\ud800", "\u202e", "é" * 2000, "x" * 70_000, "/close", "open",
    "0000-00-00 00:00:00 UTC", "9999-12-31T23:59:59.999999-23:59", "2026-02-30T00:00:00Z", [], {}, [[]], [{}],
    {"id": {}}, {"iid": [1]}, {"": ""}, [None] * 50,
]  # fmt: skip
RAW = [
    b"", b"{}", b"[]", b"null", b"{", b'{"a":1,"a":2}', b"\xff\xfe{}", b"\xef\xbb\xbf{}", b"NaN", b"{\"a\": Infinity}",
    b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5_000, b"payload=%7B%7D", b"\0" * 1000, b'{"object_kind": "issue"}{}',
]  # fmt: skip


def bodies(samples: list[dict[str, Any]], number: int, seed: int) -> Iterator[bytes]:
    """The bodies, the same for the same seed. Most are events changed in one to five places; the rest is noise."""
    chance = random.Random(seed)
    for _ in range(number):
        kind = chance.random()
        if kind < 0.6:
            yield _json(_changed(chance, chance.choice(samples)))
        elif kind < 0.85:
            yield _broken(chance, _json(chance.choice(samples)))
        elif kind < 0.95:
            yield chance.choice(RAW)
        else:
            yield chance.randbytes(chance.randrange(2000))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


def _changed(chance: random.Random, sample: dict[str, Any]) -> Any:
    data = json.loads(json.dumps(sample))
    for _ in range(chance.randint(1, 5)):
        places = list(_places(data))
        if not places:
            break
        inside, key = chance.choice(places)
        match chance.randrange(4):
            case 0 if isinstance(inside, dict):
                del inside[key]
            case 1:
                inside[key] = {"deeper": inside[key]}
            case 2 if isinstance(inside, dict):
                inside[chance.choice(["iid", "id", "action", "project", "user", "object_kind"])] = deepcopy(
                    inside[key]
                )
            case _:
                inside[key] = deepcopy(chance.choice(ODD))
    return data


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place inside, as what holds it and its key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _broken(chance: random.Random, body: bytes) -> bytes:
    at, other = sorted((chance.randrange(len(body)), chance.randrange(len(body))))
    match chance.randrange(6):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + chance.randbytes(3) + body[at:]
        case 2:
            return body[:at] + body[other:]
        case 3:
            return body[:at] + body[at:other] * 3 + body[other:]
        case 4:
            return gzip.compress(body)
        case _:
            return body.decode().encode(chance.choice(["utf-16", "utf-32", "utf-8-sig"]))


def _headers(body: bytes, stamp: str, *, signed: bool) -> dict[str, str]:
    if not signed:
        return {"X-Gitlab-Token": SECRET.decode()}
    digest = hmac.new(KEY, b"id." + stamp.encode() + b"." + body, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": "id", "webhook-timestamp": stamp, "webhook-signature": signature}


async def _ask(folder: Path, asked: list[bytes]) -> tuple[Counter[int], list[str], int]:
    engine = open_database(f"sqlite:///{folder}/bodies.db")
    now = datetime.now(UTC)
    inbox = Inbox(engine)
    app = create_app(
        inbox=inbox,
        secret=SECRET,
        signing_key=KEY,
        board_paths=lambda: frozenset({BOARD}),
        bots=lambda: frozenset({"triage-bot"}),
        machine_now=lambda: now,
        readiness=dict,
    )
    found, faults = Counter[int](), []
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
        for number, body in enumerate(asked):
            headers = _headers(body, str(int(now.timestamp())), signed=number % 2 == 0)
            answer = await client.post("/hooks/gitlab", content=body, headers=headers)
            found[answer.status_code] += 1
            if answer.status_code not in WANTED or not answer.headers.items() >= HEADERS.items():
                faults.append(f"{answer.status_code} to {body[:200]!r}")
    depth = inbox.stats().depth
    engine.dispose()
    return found, faults, depth


def run(
    number: int, seed: int, samples: list[dict[str, Any]] = SAMPLES
) -> tuple[Counter[int], list[str], int]:
    """How often each status was answered, what was answered otherwise than it may be, and how many issues are due."""
    asked = [*bodies(samples, number, seed), b" " * (LIMIT + 1)]
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_ask(Path(folder), asked))


def main(say: Callable[[str], None] = print) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--samples", type=Path, help="further events to start from, as *.json")
    options = parser.parse_args()
    more = sorted(options.samples.rglob("*.json")) if options.samples else []
    samples = SAMPLES + [json.loads(path.read_text()) for path in more]
    began = time.perf_counter()
    found, faults, depth = run(options.bodies, options.seed, samples)
    told = ", ".join(f"{status}: {count}" for status, count in sorted(found.items()))
    say(
        f"{sum(found.values())} bodies from {len(samples)} events in {time.perf_counter() - began:.0f} s: {told}"
    )
    say(f"{depth} issues are due; answered otherwise than 202, 400 or 413: {len(faults)}")
    for fault in faults[:20]:
        say(f"  {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    import logging

    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    raise SystemExit(main())
