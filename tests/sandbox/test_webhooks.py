"""Registering and delivering webhooks: headers, scopes, failures, log, resend. Broken receivers are respx's."""

import base64
import hashlib
import hmac
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import gitlab
import httpx
import pytest
import respx

from app.sandbox.entities import Hook
from app.sandbox.hook_sender import Delivery, HookSender, note_outcome

SIGNING_TOKEN = "whsec_" + base64.b64encode(b"k" * 32).decode()
DEAD_URL = "http://receiver.test/hooks"


def settle(sandbox: Any) -> None:
    assert sandbox.world.hooks.wait_idle(5)


def test_headers_are_gitlabs(sandbox, receiver, hooked) -> None:
    hooked(token="s3cret", signing_token=SIGNING_TOKEN, custom_headers=[{"key": "X-Team", "value": "sa"}])
    sandbox.issue()
    settle(sandbox)
    headers, _ = receiver.received[0]
    assert headers["X-Gitlab-Event"] == "Issue Hook"
    assert headers["X-Gitlab-Instance"] == sandbox.server.url
    assert headers["X-Gitlab-Token"] == "s3cret"
    assert headers["User-Agent"] == "GitLab/19.5.0"
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Team"] == "sa"
    assert headers["webhook-id"] == headers["Idempotency-Key"]
    assert headers["X-Gitlab-Webhook-UUID"] != headers["X-Gitlab-Event-UUID"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + receiver.raw[0]
    digest = hmac.new(b"k" * 32, signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_the_timestamp_is_the_machines_even_when_the_clock_was_moved(sandbox, receiver, hooked) -> None:
    sandbox.freeze()
    hooked()
    sandbox.issue()
    settle(sandbox)
    headers, body = receiver.received[0]
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert body["object_attributes"]["created_at"] == "2026-03-02T14:00:00.000Z"
    assert "webhook-signature" not in headers
    assert "X-Gitlab-Token" not in headers


def test_confidential_things_go_only_to_hooks_that_take_them(sandbox, receiver, hooked) -> None:
    hooked(issues_events=True, note_events=True)
    issue = sandbox.issue(confidential=True)
    issue.notes.create({"body": "hidden with its issue"})
    sandbox.issue().notes.create({"body": "internal", "internal": True})
    settle(sandbox)
    assert receiver.actions() == ["open"]
    hooked(confidential_issues_events=True, confidential_note_events=True)
    sandbox.issue(confidential=True).notes.create({"body": "x"})
    settle(sandbox)
    events = [headers["X-Gitlab-Event"] for headers, _ in receiver.received[1:]]
    assert sorted(events) == ["Confidential Issue Hook", "Confidential Note Hook"]
    kinds = {body["event_type"] for body in receiver.bodies()[1:]}
    assert kinds == {"confidential_issue", "confidential_note"}


def test_the_update_that_hides_an_issue_goes_to_the_confidential_hooks_and_the_one_that_shows_it_does_not(
    sandbox, receiver, hooked
) -> None:
    hooked(issues_events=True)
    issue = sandbox.issue()
    for hidden in (True, False):
        issue.confidential = hidden
        issue.save()
    settle(sandbox)
    shown = [body["object_attributes"]["confidential"] for body in receiver.bodies()]
    assert shown == [False, False]


def test_a_hook_fires_once_in_a_chain_of_calls_with_one_event_uuid(sandbox, receiver, hooked) -> None:
    hooked()
    sandbox.issue()
    settle(sandbox)
    chain = receiver.received[0][0]["X-Gitlab-Event-UUID"]
    for title in ("A", "B"):
        values = {"title": title}
        sandbox.call(
            "sam", "PUT", "/projects/1/issues/1", json=values, headers={"X-Gitlab-Event-UUID": chain}
        )
        settle(sandbox)
    assert receiver.actions() == ["open", "update"]
    assert receiver.received[1][0]["X-Gitlab-Event-UUID"] == chain
    sandbox.call("sam", "PUT", "/projects/1/issues/1", json={"title": "C"})
    settle(sandbox)
    assert receiver.actions() == ["open", "update", "update"]


def test_the_secrets_of_a_hook_are_never_shown(sandbox, hooked) -> None:
    hook = hooked(token="s3cret", signing_token=SIGNING_TOKEN)
    shown = sandbox.project("maria").hooks.get(hook.id).attributes
    assert (shown["token_present"], shown["signing_token_present"]) == (True, True)
    assert "token" not in shown
    assert (shown["alert_status"], shown["disabled_until"]) == ("executable", None)


def test_another_url_forgets_the_secret_token(sandbox, hooked) -> None:
    hook = hooked(token="s3cret")
    hook.url = DEAD_URL
    hook.save()
    assert sandbox.project("maria").hooks.get(hook.id).token_present is False


@pytest.mark.parametrize(
    ("values", "status"),
    [({}, 400), ({"url": "ftp://x"}, 422), ({"url": DEAD_URL, "signing_token": "whsec_short"}, 422)],
)
def test_a_wrong_hook_is_refused(sandbox, values, status) -> None:
    assert sandbox.call("maria", "POST", "/projects/1/hooks", json=values).status_code == status
    assert sandbox.project("maria").hooks.list() == []


def test_custom_headers_are_set_and_removed_one_by_one(sandbox, receiver, hooked) -> None:
    hook = hooked()
    path = f"/projects/1/hooks/{hook.id}/custom_headers/X-Team"
    assert sandbox.call("maria", "PUT", path, json={"value": "sa"}).status_code == 204
    sandbox.issue()
    settle(sandbox)
    assert receiver.received[0][0]["X-Team"] == "sa"
    assert sandbox.call("maria", "DELETE", path).status_code == 204
    assert sandbox.call("maria", "DELETE", path).status_code == 404


def test_a_deleted_hook_hears_nothing(sandbox, receiver, hooked) -> None:
    hooked().delete()
    sandbox.issue()
    settle(sandbox)
    assert receiver.received == []


def test_the_test_trigger_sends_real_data_at_once(sandbox, receiver, hooked) -> None:
    hook = hooked(push_events=False, note_events=False)
    with pytest.raises(gitlab.GitlabHookTestError, match="Ensure the project has"):
        hook.test("issues_events")
    sandbox.issue().notes.create({"body": "hello"})
    hook.test("issues_events")
    hook.test("note_events")
    assert [body["object_kind"] for body in receiver.bodies()] == ["issue", "note"]
    assert sandbox.call("maria", "POST", f"/projects/1/hooks/{hook.id}/test/nonsense").status_code == 400


def test_the_log_keeps_request_and_answer_and_resends_with_the_same_key(sandbox, receiver, hooked) -> None:
    hook = hooked(token="s3cret")
    sandbox.issue()
    settle(sandbox)
    events = sandbox.call("maria", "GET", f"/projects/1/hooks/{hook.id}/events").json()
    assert len(events) == 1
    assert (events[0]["trigger"], events[0]["response_status"]) == ("issue_hooks", "200")
    assert events[0]["request_data"]["object_kind"] == "issue"
    assert events[0]["request_headers"]["X-Gitlab-Token"] == "[REDACTED]"
    path = f"/projects/1/hooks/{hook.id}/events/{events[0]['id']}/resend"
    assert sandbox.call("maria", "POST", path).json() == {"response_status": "200"}
    first, second = (headers for headers, _ in receiver.received)
    assert first["Idempotency-Key"] == second["Idempotency-Key"]
    assert receiver.raw[0] == receiver.raw[1]
    hook.url = DEAD_URL
    hook.save()
    assert sandbox.call("maria", "POST", path).status_code == 422


def test_nothing_is_retried_and_four_failures_disable_the_hook_until_a_test_succeeds(
    sandbox, receiver, hooked
) -> None:
    hook = hooked(issues_events=True)
    receiver.status = 500
    for _ in range(6):
        sandbox.issue()
        settle(sandbox)
    assert len(receiver.received) == 4
    shown = sandbox.project("maria").hooks.get(hook.id)
    assert shown.alert_status == "temporarily_disabled"
    assert shown.disabled_until > datetime.now(UTC).isoformat()
    with pytest.raises(gitlab.GitlabHookTestError):
        shown.test("issues_events")
    receiver.status = 204
    shown.test("issues_events")
    assert sandbox.project("maria").hooks.get(hook.id).alert_status == "executable"
    sandbox.issue()
    settle(sandbox)
    assert len(receiver.received) == 7


class Machine:
    """Machine time that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def hook(sandbox) -> Hook:
    return Hook(1, sandbox.world.projects[1], DEAD_URL, datetime(2026, 3, 2, tzinfo=UTC), {})


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def sender(machine):
    sender = HookSender(machine)
    yield sender
    sender.close()


def delivery(hook: Hook) -> Delivery:
    return Delivery(hook, "issue_hooks", b"{}", "http://gitlab.test")


@respx.mock
def test_a_paused_hook_drops_events_and_tries_again_when_its_pause_is_over(hook, machine, sender) -> None:
    route = respx.post(DEAD_URL).mock(return_value=httpx.Response(500))
    for _ in range(5):
        sender.send(delivery(hook))
        assert sender.wait_idle(5)
    assert route.call_count == 4
    machine.at += timedelta(minutes=1)
    sender.send(delivery(hook))
    assert sender.wait_idle(5)
    assert route.call_count == 5
    assert hook.disabled_until == machine.at + timedelta(minutes=2)
    machine.at += timedelta(minutes=2)
    route.mock(return_value=httpx.Response(302))
    sender.send(delivery(hook))
    assert sender.wait_idle(5)
    assert (hook.failures, hook.disabled_until) == (0, None)


@respx.mock
@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_a_receiver_that_does_not_answer_counts_as_a_failure(hook, sender, error) -> None:
    respx.post(DEAD_URL).mock(side_effect=error("no answer"))
    event = sender.deliver(delivery(hook))
    assert (event.response_status, hook.failures) == ("internal error", 1)
    assert "no answer" in event.response_body


def test_pauses_double_up_to_a_day_and_forty_failures_are_final(hook, machine) -> None:
    pauses = []
    for _ in range(40):
        note_outcome(hook, False, machine.at)
        pauses.append(hook.disabled_until and hook.disabled_until - machine.at)
    assert pauses[:3] == [None, None, None]
    assert pauses[3:6] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pauses[-1] == timedelta(days=1)
    machine.at += timedelta(days=30)
    sender = HookSender(machine)
    sender.send(delivery(hook))
    assert sender.pending == 0


def test_deliveries_do_not_hold_up_the_call_that_caused_them(sandbox, hooked, receiver) -> None:
    hooked()
    sandbox.issue()
    settle(sandbox)
    assert sandbox.http.get("/-/sandbox/idle").json() == {"pending": 0}
    assert len(receiver.received) == 1


def test_a_comment_that_somebody_else_edits_is_told_in_its_authors_name(sandbox, receiver, hooked) -> None:
    hooked(note_events=True)
    note = sandbox.issue(reader="sam").notes.create({"body": "Hi."})
    theirs = sandbox.project("maria").issues.get(1).notes.get(note.id)
    theirs.body = "Hello."
    theirs.save()
    theirs.delete()
    settle(sandbox)
    (_, edited) = (
        body for body in receiver.bodies() if body["object_kind"] == "note"
    )  # of deleting nothing is told
    told = edited["object_attributes"]
    assert (edited["user"]["username"], told["action"]) == ("sam", "update")
    assert (told["author_id"], told["updated_by_id"]) == (note.author["id"], sandbox.world.user("maria").id)
