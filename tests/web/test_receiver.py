"""What GitLab hears from the receiver, what is in the inbox by then, and what the log says."""

import asyncio
import json
import logging
from datetime import UTC, datetime

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from app.core.model import IssueRef
from app.database import open_database
from app.errors import Unavailable
from app.inbox import Deliveries, Inbox
from app.web import create_app
from app.web.body import LIMIT

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SECRET = {"X-Gitlab-Token": "s3cret-pferd"}
EVENT = {
    "object_kind": "issue",
    "user": {"id": 7, "username": "alice"},
    "project": {"id": 3, "path_with_namespace": "boards/emea-triage"},
    "object_attributes": {
        "iid": 23,
        "type": "Issue",
        "action": "update",
        "title": "a title for nobody's log",
    },
}


@pytest.fixture
def engine(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path}/inbox.db")
    yield engine
    engine.dispose()


@pytest.fixture
def inbox(engine):
    return Inbox(engine)


def parts(inbox, **changes):
    values = {
        "inbox": inbox,
        "secret": b"s3cret-pferd",
        "signing_key": None,
        "board_paths": lambda: frozenset({"boards/emea-triage"}),
        "bots": lambda: frozenset({"triage-bot"}),
        "machine_now": lambda: NOW,
        "readiness": dict,
    }
    return {**values, **changes}


def ask(inbox, method, path, changes=None, **request):
    async def over_asgi():
        transport = httpx.ASGITransport(
            create_app(**parts(inbox, **(changes or {}))), raise_app_exceptions=False
        )
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            return await client.request(method, path, **request)

    return asyncio.run(over_asgi())


def post(inbox, body=EVENT, headers=SECRET, **changes):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(inbox, "POST", "/hooks/gitlab", changes, content=content, headers=headers)


def by(username):
    return {**EVENT, "user": {"id": 1, "username": username}}


ANSWERS = {
    "an event on a board": (EVENT, SECRET, 202, "accepted"),
    "the bot's own event": (by("triage-bot"), SECRET, 202, "ignored"),
    "an event elsewhere": (
        {**EVENT, "project": {"id": 4, "path_with_namespace": "x/y"}},
        SECRET,
        202,
        "ignored",
    ),
    "an event of another kind": ({"object_kind": "milestone"}, SECRET, 202, "ignored"),
    "no token": (EVENT, {}, 401, "not authentic"),
    "another token": (EVENT, {"X-Gitlab-Token": "guess"}, 401, "not authentic"),
    "another token, and no JSON": (b"x", {"X-Gitlab-Token": "guess"}, 401, "not authentic"),
    "no JSON": (b"issue", SECRET, 400, "not a JSON object"),
    "an array": (b"[]", SECRET, 400, "not a JSON object"),
    "no body": (b"", SECRET, 400, "not a JSON object"),
}


@pytest.mark.parametrize(("body", "headers", "status", "text"), ANSWERS.values(), ids=ANSWERS)
def test_the_answer_to(inbox, body, headers, status, text):
    answer = post(inbox, body, headers)
    assert (answer.status_code, answer.json()) == (status, {"status": text})
    assert inbox.stats().depth == (text == "accepted")


def test_what_is_accepted_is_due_at_once_on_disk(inbox, engine):
    post(inbox)
    assert Inbox(engine).take(datetime(1970, 1, 1, tzinfo=UTC), "w").ref == IssueRef(3, 23)


def test_an_event_twice_is_one_issue_to_look_at(inbox):
    post(inbox)
    post(inbox)
    assert inbox.stats().depth == 1


@pytest.mark.parametrize("header", ["Idempotency-Key", "webhook-id"])
def test_a_resend_is_accepted_counted_and_looked_at_again(inbox, header):
    answers = []

    async def twice():
        transport = httpx.ASGITransport(create_app(**parts(inbox)))
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            for key in ("k" * 300, "other", "k" * 300):
                answer = await client.post("/hooks/gitlab", json=EVENT, headers={**SECRET, header: key})
                answers.append((answer.status_code, answer.json()["status"]))
                if len(answers) == 2:
                    assert inbox.done(inbox.take(NOW, "w"))
            return (await client.get("/readyz")).json()["answers"]

    counted = asyncio.run(twice())
    assert answers == [(202, "accepted"), (202, "accepted"), (202, "accepted again")]
    assert counted == {"accepted": 2, "accepted again": 1}
    assert inbox.take(NOW, "w").ref == IssueRef(3, 23)


def test_what_the_bot_did_is_remembered_and_changes_nothing_even_if_that_fails(inbox, engine):
    assert post(inbox, by("triage-bot")).json() == {"status": "ignored"}
    assert Deliveries(engine).last_heard([IssueRef(3, 23)]).keys() == {IssueRef(3, 23)}
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE deliveries")
    assert post(inbox, by("triage-bot")).status_code == 202


def test_an_event_that_cannot_be_stored_is_not_acknowledged(inbox, engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO elsewhere")
    assert post(inbox).status_code == 503


def padded(size):
    """An authentic event of exactly so many bytes."""
    body = json.dumps({**EVENT, "padding": ""}).encode()
    return body[:-2] + b"x" * (size - len(body)) + body[-2:]


@pytest.mark.parametrize(("over", "status"), [(0, 202), (1, 413)], ids=["25 MB", "a byte more"])
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_the_limit_is_25_megabytes(inbox, over, status, announced):
    body = padded(LIMIT + over)
    assert len(body) == LIMIT + over

    async def chunks():
        for at in range(0, len(body), 1 << 20):
            yield body[at : at + (1 << 20)]

    answer = ask(inbox, "POST", "/hooks/gitlab", content=body if announced else chunks(), headers=SECRET)
    assert answer.status_code == status


@pytest.mark.parametrize("length", [str(10 * LIMIT), "9" * 400])
def test_a_length_beyond_reason_is_refused_unread(inbox, length):
    async def never():
        raise AssertionError("the body was read")
        yield b""

    answer = ask(
        inbox, "POST", "/hooks/gitlab", content=never(), headers={**SECRET, "Content-Length": length}
    )
    assert (answer.status_code, answer.json()) == (413, {"status": "too large"})


def test_a_body_without_end_is_cut_off(inbox):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1 << 20
            yield b"x" * (1 << 20)

    assert ask(inbox, "POST", "/hooks/gitlab", content=endless(), headers=SECRET).status_code == 413
    assert sent <= 2 * LIMIT + (2 << 20)


@pytest.mark.parametrize("body", [EVENT, b"issue", {"object_kind": "milestone"}])
def test_one_line_is_logged_for_a_request(inbox, body):
    with capture_logs() as lines:
        post(inbox, body)
    assert len(lines) == 1


def test_the_line_names_the_issue_and_holds_neither_title_nor_secret(inbox):
    with capture_logs() as lines:
        post(inbox)
    (line,) = lines
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "POST",
        "path": "/hooks/gitlab",
        "status": 202,
        "answer": "accepted",
        "kind": "issue",
        "action": "update",
        "project": "boards/emea-triage",
        "iid": 23,
    }


def test_the_line_of_a_refusal_says_why_without_what_was_sent(inbox):
    with capture_logs() as lines:
        post(inbox, headers={"X-Gitlab-Token": "guess"})
    assert (lines[0]["status"], lines[0]["error"]) == (401, "its token is another one")
    assert "guess" not in str(lines)


def test_a_fault_of_ours_is_one_line_and_no_traceback_for_strangers(inbox):
    with capture_logs() as lines:
        answer = post(inbox, board_paths=lambda: 1 / 0)
    assert (answer.status_code, answer.text) == (500, "internal error\n")
    assert [line["error"] for line in lines] == ["ZeroDivisionError"]


def test_a_path_cannot_forge_a_line(inbox):
    with capture_logs() as lines:
        ask(inbox, "GET", "/x%0Aevent=request")
    assert "\n" not in lines[0]["path"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/hooks/gitlab", 405),
        ("PUT", "/hooks/gitlab", 405),
        ("POST", "/hooks/gitlab/", 404),
        ("POST", "/livez", 405),
        ("GET", "/", 404),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
        ("GET", "/openapi.json", 404),
    ],
)
def test_nothing_else_is_answered(inbox, method, path, status):
    answer = ask(inbox, method, path, headers=SECRET)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/nowhere", "/hooks/gitlab"])
def test_every_answer_carries_the_careful_headers(inbox, path):
    headers = ask(inbox, "GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-frame-options"] == "DENY"


def test_a_living_process_says_so_even_without_its_database(inbox, engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE inbox")
    assert ask(inbox, "GET", "/livez").status_code == 200
    assert ask(inbox, "GET", "/readyz").status_code == 503


def test_the_inbox_stands_in_the_readiness(inbox):
    inbox.put(IssueRef(3, 23))
    answer = ask(inbox, "GET", "/readyz", {"readiness": lambda: {"rules": "3f2a"}})
    body = answer.json()
    assert (answer.status_code, body["status"], body["rules"]) == (200, "ready", "3f2a")
    assert (body["inbox"]["depth"], body["inbox"]["due"]) == (1, 1)
    assert "paused" not in body


def test_a_receiver_stays_ready_while_the_token_is_refused(inbox):
    inbox.pause(NOW, "401 Unauthorized")
    answer = ask(inbox, "GET", "/readyz")
    assert answer.status_code == 200
    assert answer.json()["paused"] == {"until": "2026-11-20T10:00:00+00:00", "reason": "401 Unauthorized"}


def test_a_receiver_stays_ready_while_gitlab_is_down(inbox):
    def readiness():
        raise Unavailable("GitLab does not answer")

    answer = ask(inbox, "GET", "/readyz", {"readiness": readiness})
    assert (answer.status_code, answer.json()["gitlab"]) == (200, "GitLab does not answer")


def test_probes_that_go_well_do_not_fill_the_log(inbox):
    before = structlog.get_config()
    try:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
        with capture_logs() as lines:
            ask(inbox, "GET", "/livez")
            ask(inbox, "GET", "/readyz")
        assert lines == []
    finally:
        structlog.configure(**before)


def test_events_at_once_are_all_stored(inbox):
    async def many():
        transport = httpx.ASGITransport(create_app(**parts(inbox)))
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            bodies = [{**EVENT, "object_attributes": {"iid": iid}} for iid in range(1, 101)]
            return await asyncio.gather(
                *(client.post("/hooks/gitlab", json=b, headers=SECRET) for b in bodies)
            )

    assert {answer.status_code for answer in asyncio.run(many())} == {202}
    assert inbox.stats().depth == 100
