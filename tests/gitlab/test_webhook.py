"""A delivery is authentic or not, JSON or not, about an issue or not; nothing that is sent breaks the reading."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.model import IssueRef
from app.errors import ConfigError
from app.gitlab.webhook import (
    NotAuthentic,
    NotJson,
    concerns,
    decode_signing_token,
    parse_event,
    verify,
)

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
KEY = bytes(range(32))
TOKEN = "whsec_" + base64.b64encode(KEY).decode()
SECRET = b"correct horse"
BODY = b'{"object_kind": "issue"}'
BOARDS = frozenset({"boards/EMEA-triage"})
BOTS = frozenset({"triage-bot", "old-bot"})


def signature(body=BODY, *, key=KEY, id_="msg-1", stamp=STAMP):
    digest = hmac.new(key, f"{id_}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def signed(**changes):
    headers = {"webhook-id": "msg-1", "webhook-timestamp": STAMP, "webhook-signature": signature()}
    return {name: value for name, value in {**headers, **changes}.items() if value is not None}


def check(headers, *, body=BODY, secret=None, signing_key=None, machine_now=NOW):
    verify(headers, body, secret=secret, signing_key=signing_key, machine_now=machine_now)


ACCEPTED = {
    "the secret": ({"X-Gitlab-Token": "correct horse"}, SECRET, None),
    "the header's name in small letters": ({"x-gitlab-token": "correct horse"}, SECRET, None),
    "a secret that GitLab sends without its line break": (
        {"x-gitlab-token": "correct horse"},
        SECRET + b"\r\n",
        None,
    ),
    "a secret in UTF-8, as servers decode it": (
        {"x-gitlab-token": "schlüssel-漢".encode().decode("latin-1")},
        "schlüssel-漢".encode(),
        None,
    ),
    "a secret in UTF-8, decoded as that": ({"x-gitlab-token": "schlüssel-漢"}, "schlüssel-漢".encode(), None),
    "a signature": (signed(), None, KEY),
    "the second of three signatures": (
        signed(**{"webhook-signature": f"v1,AAAA {signature()} v2,later"}),
        None,
        KEY,
    ),
    "a signature beside a wrong secret": ({**signed(), "x-gitlab-token": "no"}, SECRET, KEY),
    "the secret while the hook is not signed yet": ({"x-gitlab-token": "correct horse"}, SECRET, KEY),
    "the secret and a signature whose key we do not have": (
        {**signed(), "x-gitlab-token": "correct horse"},
        SECRET,
        None,
    ),
}

REFUSED = {
    "nothing configured": ({"x-gitlab-token": "correct horse"}, None, None),
    "an empty secret configured, and sent": ({"x-gitlab-token": ""}, b"", None),
    "a secret of line breaks": ({"x-gitlab-token": ""}, b"\n", None),
    "no header": ({}, SECRET, None),
    "another secret": ({"x-gitlab-token": "correct horsf"}, SECRET, None),
    "the beginning of the secret": ({"x-gitlab-token": "correct"}, SECRET, None),
    "a secret that is no ASCII against one that is": (
        {"x-gitlab-token": "korrektes Pferd ü€\ud800"},
        SECRET,
        None,
    ),
    "the secret where only a signing token is configured": ({"x-gitlab-token": "correct horse"}, None, KEY),
    "no signature where only a signing token is configured": (
        signed(**{"webhook-signature": None}),
        None,
        KEY,
    ),
    "a wrong signature beside the right secret": (
        {**signed(**{"webhook-signature": "v1,AAAA"}), "x-gitlab-token": "correct horse"},
        SECRET,
        KEY,
    ),
    "a signature by another key": (signed(**{"webhook-signature": signature(key=b"x" * 32)}), None, KEY),
    "a signature of another id": (signed(**{"webhook-id": "msg-2"}), None, KEY),
    "a signature of another body": (signed(**{"webhook-signature": signature(b"{}")}), None, KEY),
    "no id": (signed(**{"webhook-id": None}), None, KEY),
    "no timestamp": (signed(**{"webhook-timestamp": None}), None, KEY),
    "an empty signature": (signed(**{"webhook-signature": ""}), None, KEY),
    "a signature that is no base64": (signed(**{"webhook-signature": "v1,€€€"}), None, KEY),
    "a signature without its version": (signed(**{"webhook-signature": signature()[3:]}), None, KEY),
    "a signature of another version": (signed(**{"webhook-signature": "v2" + signature()[2:]}), None, KEY),
    **{
        f"the timestamp {stamp!r}": (
            signed(**{"webhook-timestamp": stamp, "webhook-signature": signature(stamp=stamp)}),
            None,
            KEY,
        )
        for stamp in ("", "soon", "-1", "1.5", " 1", "٣", "9" * 11, "9" * 400, "1e9", "0x10")
    },
}


@pytest.mark.parametrize(("headers", "secret", "key"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepts(headers, secret, key):
    check(headers, secret=secret, signing_key=key)


@pytest.mark.parametrize(("headers", "secret", "key"), REFUSED.values(), ids=REFUSED)
def test_refuses(headers, secret, key):
    with pytest.raises(NotAuthentic):
        check(headers, secret=secret, signing_key=key)


@pytest.mark.parametrize("direction", [1, -1], ids=["after", "before"])
def test_a_signature_holds_for_five_minutes_to_the_microsecond(direction):
    at_the_limit = NOW + direction * timedelta(minutes=5)
    check(signed(), signing_key=KEY, machine_now=at_the_limit)
    with pytest.raises(NotAuthentic):
        check(signed(), signing_key=KEY, machine_now=at_the_limit + direction * timedelta(microseconds=1))


def test_a_refusal_does_not_say_the_secret():
    with pytest.raises(NotAuthentic) as refusal:
        check({"x-gitlab-token": "guess"}, secret=SECRET)
    assert "horse" not in str(refusal.value)
    assert "guess" not in str(refusal.value)


@given(
    st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "x-gitlab-token"]), st.text()
    )
)
def test_no_header_raises_anything_but_a_refusal(headers):
    with pytest.raises(NotAuthentic):
        check(headers, secret=b"a secret nobody draws", signing_key=KEY)


def test_the_key_of_a_signing_token_is_what_follows_its_prefix():
    assert decode_signing_token(f" {TOKEN}\n") == KEY


@pytest.mark.parametrize(
    "token", ["", "whsec_", "whsec_%%%", "whsec_AAA", "whsec_ü", TOKEN.removeprefix("whsec_")]
)
def test_a_malformed_signing_token_is_a_fault_of_the_settings(token):
    with pytest.raises(ConfigError, match="TRIAGE_WEBHOOK_SIGNING_TOKEN"):
        decode_signing_token(token)


def issue_body(**attributes):
    return {
        "object_kind": "issue",
        "event_type": "issue",
        "user": {"id": 7, "username": "alice"},
        "project": {"id": 3, "path_with_namespace": "boards/emea-triage"},
        "object_attributes": {
            "iid": 23,
            "project_id": 14,
            "type": "Issue",
            "action": "update",
            "updated_at": "2026-11-20T10:05:12.345Z",
            **attributes,
        },
    }


def note_body(noteable="Issue"):
    return {
        "object_kind": "note",
        "user": {"id": 7, "username": "alice"},
        "project_id": 3,
        "project": {"id": 3, "path_with_namespace": "boards/emea-triage"},
        "object_attributes": {
            "noteable_type": noteable,
            "action": "create",
            "note": "hello",
            "project_id": 3,
        },
        "issue": {"id": 92, "iid": 17, "project_id": 3},
    }


def emoji_body():
    attributes = {"awardable_type": "Note", "action": "award"}
    return {**note_body(), "object_kind": "emoji", "object_attributes": attributes}


def event_of(body, headers=None):
    return parse_event(headers or {}, json.dumps(body).encode())


def test_an_issue_event_is_read_whole():
    event = event_of(issue_body(), {"X-Gitlab-Event": "Issue Hook"})
    assert (event.kind, event.action, event.header) == ("issue", "update", "Issue Hook")
    assert (event.actor, event.actor_id) == ("alice", 7)
    assert (event.project_id, event.project_path) == (3, "boards/emea-triage")
    assert event.ref == IssueRef(3, 23)
    assert event.at == datetime(2026, 11, 20, 10, 5, 12, 345000, UTC)


def without(body, key):
    return {name: value for name, value in body.items() if name != key}


ABOUT = {
    "an issue": (issue_body(), IssueRef(3, 23)),
    "a work item that is an issue": ({**issue_body(), "object_kind": "work_item"}, IssueRef(3, 23)),
    "a task": ({**issue_body(type="Task"), "object_kind": "work_item"}, None),
    "an epic": ({**issue_body(type="Epic"), "object_kind": "work_item"}, None),
    "a work item of no type": ({**issue_body(type=None), "object_kind": "work_item"}, None),
    "a note": (note_body(), IssueRef(3, 17)),
    "a note, its project named only at the top": (without(note_body(), "project"), IssueRef(3, 17)),
    "a note, its project named only in the issue": (
        without(without(note_body(), "project"), "project_id"),
        IssueRef(3, 17),
    ),
    "a note on a merge request": (note_body("MergeRequest"), None),
    "a note without its issue": (without(note_body(), "issue"), None),
    "an emoji": (emoji_body(), IssueRef(3, 17)),
    "an emoji elsewhere": (without(emoji_body(), "issue"), None),
    "a milestone": (
        {"object_kind": "milestone", "object_attributes": {"iid": 10}, "project": {"id": 3}},
        None,
    ),
    "a token that ends": ({"object_kind": "access_token", "event_name": "expiring_access_token"}, None),
    "nothing": ({}, None),
    "an issue without a number": (issue_body(iid=None), None),
    "issue 0": (issue_body(iid=0), None),
    "issue -1": (issue_body(iid=-1), None),
    "issue true": (issue_body(iid=True), None),
    "issue '23'": (issue_body(iid="23"), None),
    "issue 23.0": (issue_body(iid=23.0), None),
    "the largest number a row can have": (issue_body(iid=2**63 - 1), IssueRef(3, 2**63 - 1)),
    "a number no row can have": (issue_body(iid=2**63), None),
    "a list where the project was": ({**issue_body(), "project": [3]}, IssueRef(14, 23)),
    "a text where the attributes were": ({**issue_body(), "object_attributes": "iid"}, None),
}


@pytest.mark.parametrize(("body", "ref"), ABOUT.values(), ids=ABOUT)
def test_the_issue_of(body, ref):
    assert event_of(body).ref == ref


STAMPS = {
    "2017-09-15 16:50:55 UTC": datetime(2017, 9, 15, 16, 50, 55, tzinfo=UTC),
    "2026-04-23T12:30:45.123Z": datetime(2026, 4, 23, 12, 30, 45, 123000, UTC),
    "2013-12-03T17:15:43Z": datetime(2013, 12, 3, 17, 15, 43, tzinfo=UTC),
    "2026-04-23T12:30:45.123+02:00": datetime(2026, 4, 23, 10, 30, 45, 123000, UTC),
    "2026-04-23": None,
    "2026-04-23T12:30:45": None,
    "2026-02-30T12:30:45Z": None,
    "2017-09-15 16:50:55 CET": None,
    "0001-01-01T00:00:00+09:00": None,
    "yesterday": None,
    "": None,
    1492951845: None,
}


@pytest.mark.parametrize(("stamp", "at"), STAMPS.items(), ids=[str(stamp) for stamp in STAMPS])
def test_both_forms_of_timestamp_are_read_and_no_other(stamp, at):
    assert event_of(issue_body(updated_at=stamp)).at == at


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "\ud800", "x" * 1001, "", 5, None, ["x"]])
def test_a_name_that_no_log_line_should_hold_counts_as_absent(name):
    assert event_of({**issue_body(), "object_kind": name}).kind is None


NOT_JSON = {
    "nothing": b"",
    "a word": b"issue",
    "an array": b"[]",
    "a number": b"1",
    "a text": b'"issue"',
    "null": b"null",
    "half an object": b'{"object_kind": "issue"',
    "two objects": b"{} {}",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "a name twice": b'{"object_kind": "issue", "object_kind": "note"}',
    "deep nesting": b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "deep objects": b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
    "no UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a NUL": b'{"a": "\x00"}',
    "a number of 5000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "a form": b"payload=%7B%7D",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_no_json_object_is_refused(body):
    with pytest.raises(NotJson):
        parse_event({}, body)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
NAMES = st.sampled_from(
    ["object_kind", "user", "project", "project_id", "object_attributes", "issue", "action"]
)
INNER = st.sampled_from(
    ["id", "iid", "type", "username", "path_with_namespace", "noteable_type", "updated_at"]
)
KINDS = st.sampled_from(["issue", "work_item", "note", "emoji", "Issue"])
HOOKS = st.dictionaries(NAMES, KINDS | st.dictionaries(INNER, JSON | KINDS) | JSON)


@given(JSON | HOOKS)
@example({"object_kind": "issue", "project": {"id": 10**400}, "object_attributes": {"iid": 1}})
def test_any_json_is_an_event_or_refused(value):
    try:
        event = parse_event({}, json.dumps(value).encode())
    except NotJson:
        return
    concerns(event, BOARDS, BOTS)
    assert event.ref is None or (event.ref.project_id > 0 and event.ref.iid > 0)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_refused(body):
    try:
        parse_event({}, body)
    except NotJson:
        return


def by(username, body):
    return {**body, "user": {"id": 1, "username": username}}


def edited_by(editor):
    """A note of the user with id 1: `user` is the author, whoever edited it."""
    attributes = {"noteable_type": "Issue", "action": "update", "author_id": 1, "updated_by_id": editor}
    return {**note_body(), "object_attributes": attributes}


CONCERNS = {
    "somebody's update": (issue_body(), True),
    "somebody's note": (note_body(), True),
    "somebody's emoji": (emoji_body(), True),
    "an event of nobody": (without(issue_body(), "user"), True),
    "the bot's update": (by("triage-bot", issue_body()), False),
    "the bot's closing": (by("triage-bot", issue_body(action="close")), False),
    "the bot's name in capitals": (by("Triage-Bot", issue_body()), False),
    "a former bot's update": (by("old-bot", issue_body()), False),
    "the bot's note": (by("triage-bot", note_body()), False),
    "the bot's note, edited by itself": (by("triage-bot", edited_by(1)), False),
    "the bot's note, edited by a person": (by("triage-bot", edited_by(7)), True),
    "the bot's emoji": (by("triage-bot", emoji_body()), False),
    "an issue that the bot opened by moving it": (by("triage-bot", issue_body(action="open")), True),
    "a note that calls itself open": (
        by("triage-bot", {**note_body(), "object_attributes": {"noteable_type": "Issue", "action": "open"}}),
        False,
    ),
    "a project that is no board": (
        {**issue_body(), "project": {"id": 4, "path_with_namespace": "x/y"}},
        False,
    ),
    "a project without a path": ({**issue_body(), "project": {"id": 3}}, False),
    "a task on a board": ({**issue_body(type="Task"), "object_kind": "work_item"}, False),
}


@pytest.mark.parametrize(("body", "wanted"), CONCERNS.values(), ids=CONCERNS)
def test_whether_there_is_anything_to_look_at_after(body, wanted):
    event = event_of(body)
    assert concerns(event, BOARDS, BOTS) == (event.ref if wanted else None)
