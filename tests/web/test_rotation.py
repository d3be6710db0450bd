"""Each secret of the webhook is changed without an event being refused, by way of the other one: docs/security.md."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.core.evaluate import evaluate
from app.database import open_database
from app.inbox import Inbox
from app.web import create_app

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
BODY = json.dumps({
    "object_kind": "issue",
    "user": {"username": "alice"},
    "project": {"id": 3, "path_with_namespace": "boards/emea"},
    "object_attributes": {"iid": 23, "action": "update"},
}).encode()  # fmt: skip


@pytest.fixture
def inbox(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path}/inbox.db")
    yield Inbox(engine)
    engine.dispose()


def sent(secret, key, now=NOW):
    """The headers of a hook that has these."""
    headers = {"X-Gitlab-Token": secret} if secret else {}
    if key:
        stamp = str(int(now.timestamp()))
        digest = hmac.digest(key, f"id.{stamp}.".encode() + BODY, hashlib.sha256)
        signature = f"v1,{base64.b64encode(digest).decode()}"
        headers |= {"webhook-id": "id", "webhook-timestamp": stamp, "webhook-signature": signature}
    return headers


def answers(inbox, ours, headers, now=NOW):
    secret, key = ours
    app = create_app(
        inbox=inbox,
        secret=secret.encode() if secret else None,
        signing_key=key,
        board_paths=lambda: frozenset({"boards/emea"}),
        bots=frozenset,
        machine_now=lambda: now,
        readiness=dict,
    )

    async def ask():
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://receiver"
        ) as client:
            return (await client.post("/hooks/gitlab", content=BODY, headers=headers)).status_code

    return asyncio.run(ask())


STEPS = {
    # in turn: what the service has, what the hook has
    "a secret, by way of a signing token": [
        (("old", None), ("old", None)),
        (("old", b"key"), ("old", None)),
        (("old", b"key"), ("old", b"key")),
        (("old", b"key"), ("new", b"key")),
        (("new", b"key"), ("new", b"key")),
    ],
    "a signing token, by way of the secret": [
        (("secret", b"old"), ("secret", b"old")),
        (("secret", None), ("secret", b"old")),
        (("secret", None), ("secret", b"new")),
        (("secret", b"new"), ("secret", b"new")),
    ],
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_no_event_is_refused_while_a_secret_is_changed(inbox, steps):
    assert [answers(inbox, ours, sent(*theirs)) for ours, theirs in steps] == [202] * len(steps)


def test_who_knows_the_secret_alone_gets_in_only_while_it_counts(inbox):
    assert answers(inbox, ("secret", b"key"), sent("secret", None)) == 202
    assert answers(inbox, (None, b"key"), sent("secret", None)) == 401
    assert answers(inbox, ("secret", b"key"), sent("secret", b"guess")) == 401


def test_a_delivery_that_is_sent_again_is_one_issue_to_look_at_and_later_nothing(inbox):
    again = sent(None, b"key")
    assert [answers(inbox, (None, b"key"), again) for _ in range(3)] == [202, 202, 202]
    assert inbox.stats().depth == 1
    assert answers(inbox, (None, b"key"), again, NOW + timedelta(minutes=6)) == 401


def test_a_path_that_belongs_to_a_board_makes_no_board_of_another_project(ruleset, issue_of):
    """The event names the project by id; whether that is a board is read from the issue as GitLab has it."""
    from dataclasses import replace

    issue = replace(issue_of('2026-03-02T14:00Z alice opens "x" from "SA Activity"'), project="x/elsewhere")
    plan = evaluate(issue, ruleset, datetime(2026, 3, 9, 14, tzinfo=UTC))
    assert (plan.actions, plan.silent) == ((), "its project is no board")
