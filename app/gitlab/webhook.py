"""What GitLab's webhooks say: whether one is authentic, and which issue it is about. No I/O, no clock, no log.

Source: https://docs.gitlab.com/user/project/integrations/webhooks/ and .../webhook_events/
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Never, cast

from app.core.model import IssueRef
from app.errors import ConfigError, TriageError

TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"
LARGEST = 2**63 - 1
LONGEST = 1000
OLD_STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", re.ASCII)
ISO_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


class NotAuthentic(TriageError):
    """The request does not prove that our GitLab sent it; the message says what is wrong, and holds no secret."""


class NotJson(TriageError):
    """The body is no JSON object."""


@dataclass(frozen=True)
class Event:
    """One delivery, as far as we read it. A field that is missing or of a wrong type is None.

    `ref` is there only when the event is about an issue: not for tasks, epics, merge requests. `header` is what
    X-Gitlab-Event says; `at` is when the object last changed, by GitLab's clock, and is for people to read.
    """

    kind: str | None
    action: str | None
    header: str | None = None
    actor: str | None = None
    actor_id: int | None = None
    project_id: int | None = None
    project_path: str | None = None
    ref: IssueRef | None = None
    at: datetime | None = None

    @property
    def opens(self) -> bool:
        """Whether an issue was opened, which is also how the copy of a moved issue appears."""
        return self.kind in ("issue", "work_item") and self.action == "open"


def decode_signing_token(token: str) -> bytes:
    """The key in a signing token as GitLab shows it (`whsec_` and base64); ConfigError when it is none."""
    try:
        key = base64.b64decode(token.strip().removeprefix(PREFIX).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        key = b""
    if not key or not token.strip().startswith(PREFIX):
        raise ConfigError("TRIAGE_WEBHOOK_SIGNING_TOKEN: no signing token; copy it whole, from whsec_ on")
    return key


def verify(
    headers: Mapping[str, str],
    body: bytes,
    *,
    secret: bytes | None,
    signing_key: bytes | None,
    machine_now: datetime,
) -> None:
    """Returns when the request is authentic, else raises NotAuthentic, and nothing else.

    A signature counts where a signing key is known, and then alone; without one, X-Gitlab-Token must be the secret.
    Header values are text as HTTP servers give it: one character per byte (latin-1). `signing_key` is decoded.
    """
    sent = _lowered(headers)
    if signing_key and "webhook-signature" in sent:
        _verify_signature(sent, body, signing_key, machine_now)
    else:
        _verify_token(sent, secret, signed_only=signing_key is not None)


def _verify_token(sent: Mapping[str, str], secret: bytes | None, *, signed_only: bool) -> None:
    expected = (secret or b"").replace(b"\r", b"").replace(b"\n", b"")  # as GitLab sends it: on one line
    if not expected:
        raise NotAuthentic("it is not signed" if signed_only else "no secret is configured")
    if "x-gitlab-token" not in sent:
        raise NotAuthentic("it carries no token")
    if not hmac.compare_digest(_bytes(sent["x-gitlab-token"]), expected):
        raise NotAuthentic("its token is another one")


def _verify_signature(sent: Mapping[str, str], body: bytes, key: bytes, machine_now: datetime) -> None:
    """Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""
    id_, stamp = sent.get("webhook-id"), sent.get("webhook-timestamp")
    if not id_ or not stamp:
        raise NotAuthentic("it is signed, but lacks webhook-id or webhook-timestamp")
    if not re.fullmatch(r"[0-9]{1,11}", stamp):
        raise NotAuthentic("its webhook-timestamp is no number of seconds")
    if abs(machine_now - datetime.fromtimestamp(int(stamp), UTC)) > TOLERANCE:
        raise NotAuthentic("its webhook-timestamp is more than five minutes away")
    signed = b".".join((_bytes(id_), _bytes(stamp), body))
    expected = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    candidates = _bytes(sent["webhook-signature"]).split()
    if not any(hmac.compare_digest(candidate, expected) for candidate in candidates):
        raise NotAuthentic("no signature fits")


def parse_event(headers: Mapping[str, str], body: bytes) -> Event:
    """The event in a body; NotJson, and nothing else, when that is no JSON object.

    The project is taken from `project`, where id and path belong together; the documented sample contradicts itself
    in `object_attributes.project_id`. A comment's `user` is its author even when somebody else edited it: of them only
    the number is known.
    """
    data = _load(body)
    attributes, project, user = (_object(data, key) for key in ("object_attributes", "project", "user"))
    issue = _issue(data, attributes)
    project_id = _first_number((project, "id"), (data, "project_id"), (issue, "project_id"))
    iid = _first_number((issue, "iid"))
    editor = _first_number((attributes, "updated_by_id")) if data.get("object_kind") == "note" else None
    if editor and editor != _first_number((attributes, "author_id"), (user, "id")):
        user = {"id": editor}
    return Event(
        kind=_text(data.get("object_kind")),
        action=_text(attributes.get("action")) or _text(data.get("action")),
        header=_text(_lowered(headers).get("x-gitlab-event")),
        actor=_text(user.get("username")),
        actor_id=_first_number((user, "id")),
        project_id=project_id,
        project_path=_text(project.get("path_with_namespace")),
        ref=IssueRef(project_id, iid) if project_id and iid else None,
        at=_instant(attributes.get("updated_at")) or _instant(attributes.get("created_at")),
    )


def concerns(event: Event, board_paths: frozenset[str], bots: frozenset[str]) -> IssueRef | None:
    """The issue to look at, or None: of no board, or the bot's own doing, unless that opened an issue (a move)."""
    if event.ref is None or event.project_path is None:
        return None
    if not _among(event.project_path, board_paths):
        return None
    if event.actor is not None and _among(event.actor, bots) and not event.opens:
        return None
    return event.ref


def _issue(data: dict[str, object], attributes: dict[str, object]) -> dict[str, object]:
    """The object that holds the issue's number, empty when the event is about no issue."""
    match data.get("object_kind"):
        case "issue":
            return attributes
        case "work_item" if attributes.get("type") == "Issue":
            return attributes
        case "note" if attributes.get("noteable_type") == "Issue":
            return _object(data, "issue")
        case "emoji":
            return _object(data, "issue")
    return {}


def _load(body: bytes) -> dict[str, object]:
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise NotJson("the body is no JSON") from None
    if not isinstance(data, dict):
        raise NotJson("the body is JSON, but no object")
    return cast(dict[str, object], data)


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _object(data: dict[str, object], key: str) -> dict[str, object]:
    value = data.get(key)
    return cast(dict[str, object], value) if isinstance(value, dict) else {}


def _first_number(*places: tuple[dict[str, object], str]) -> int | None:
    """The first that is a number of a row: whole, above 0, within 63 bits. `True` is none."""
    for data, key in places:
        value = data.get(key)
        if type(value) is int and 0 < value <= LARGEST:
            return value
    return None


def _text(value: object) -> str | None:
    """A name, fit for a log line: no control characters, no half surrogates, not endless."""
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable() else None


def _instant(value: object) -> datetime | None:
    """Both of GitLab's forms: `2017-09-15 16:50:55 UTC` before 19.1, ISO 8601 since."""
    if not isinstance(value, str):
        return None
    if OLD_STAMP.fullmatch(value):
        value = value.removesuffix(" UTC") + "+00:00"
    elif not ISO_STAMP.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _among(name: str, names: Iterable[str]) -> bool:
    """GitLab's names and paths are the same in any case."""
    return name.casefold() in {known.casefold() for known in names}


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _bytes(value: str) -> bytes:
    """A header's value as it came over the wire; a caller who decoded it as UTF-8 is understood as well."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
