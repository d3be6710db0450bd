"""The boards' webhooks as GitLab sees them: whether they are on, and what their last delivery came to.

GitLab switches a hook off after four failures in a row, drops what happens meanwhile, and for good after forty; a test
delivery that is answered well switches it on again. Source: https://docs.gitlab.com/user/project/integrations/webhooks/
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from app.errors import Refused, Unavailable
from app.gitlab.calls import Calls
from app.gitlab.payloads import Json, instant

PATH = "/hooks/gitlab"
TRIGGER = "issues_events"
NOT_FOR_US = frozenset({401, 403, 404})
STATUSES = ("executable", "temporarily_disabled", "disabled")

Verdict = Literal["works", "switched on again", "off", "missing", "not seen"]


@dataclass(frozen=True)
class HookSeen:
    """One hook of one project that points at a service of ours; or that there is none, or that we may not see any.

    `host` is where it points, without anything that could be secret. `last_at` and `last_status` are of the newest
    delivery that GitLab keeps (two days).
    """

    project: str
    verdict: Verdict
    host: str = ""
    alert_status: str = ""
    disabled_until: datetime | None = None
    last_at: datetime | None = None
    last_status: str = ""
    said: str = field(default="")

    @property
    def loud(self) -> bool:
        """Whether somebody has to do something: events are lost until then."""
        return self.verdict in ("off", "missing")

    def __str__(self) -> str:
        what = f"the hook of {self.project} to {self.host}" if self.host else f"the hooks of {self.project}"
        last = f"; its last delivery came to {self.last_status}" if self.last_status else ""
        match self.verdict:
            case "works":
                return f"{what} works{last}"
            case "switched on again":
                return f"{what} was switched off by GitLab, and is on again after a test delivery; events were lost"
            case "off":
                until = f" until {self.disabled_until:%Y-%m-%dT%H:%MZ}" if self.disabled_until else ""
                state = f"switched off{until}" if self.alert_status != "disabled" else "switched off for good"
                return f"{what} is {state}: no event comes{last}. {self.said}"
            case "missing":
                return f"no hook of {self.project} points at a service ({PATH}): no event comes from there"
            case "not seen":
                return f"whether GitLab has switched off one of {what} is not known: {self.said}"

    def as_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {
            "project": self.project,
            "verdict": self.verdict,
            "host": self.host,
            "alert_status": self.alert_status,
            "disabled_until": self.disabled_until.isoformat() if self.disabled_until else None,
            "last_at": self.last_at.isoformat() if self.last_at else None,
            "last_status": self.last_status,
            "said": self.said,
        }


def look_at_hooks(calls: Calls, project: str, *, mend: bool) -> list[HookSeen]:
    """The project's hooks to a service of ours. With `mend`, those that are off get a test delivery.

    Errors: Unavailable; what the token may not do is in the answer.
    """
    base = f"/projects/{quote(project, safe='')}/hooks"
    try:
        hooks = calls.rows(base, what=f"the hooks of {project}")
    except Refused as error:
        return [HookSeen(project, "not seen", said=_why(error))]
    ours = [h for h in hooks if str(h.get("url")).partition("?")[0].rstrip("/").endswith(PATH)]
    return [_seen(calls, project, f"{base}/{h['id']}", h, mend=mend) for h in ours] or [
        HookSeen(project, "missing")
    ]


def _seen(calls: Calls, project: str, path: str, hook: Json, *, mend: bool) -> HookSeen:
    status, last = _status(hook), _last_delivery(calls, path)
    known: dict[str, Any] = {"host": _host(hook), "last_at": last[0], "last_status": last[1]}
    if status == "executable":
        return HookSeen(project, "works", alert_status=status, **known)
    said = "Mend what it says under Recent events, then press Test there"
    if mend:
        said = _test(calls, path)
        if not said and _status(calls.get(path)) == "executable":
            return HookSeen(project, "switched on again", alert_status="executable", **known)
    until = hook.get("disabled_until")
    return HookSeen(
        project,
        "off",
        alert_status=status,
        disabled_until=instant(until) if until else None,
        said=said or "A test delivery went well, and GitLab keeps it off all the same",
        **known,
    )


def _test(calls: Calls, path: str) -> str:
    """Makes GitLab send a test delivery; empty when it was answered well, else what is wrong and what to do."""
    try:
        calls.post(f"{path}/test/{TRIGGER}", {})
    except Refused as error:
        if error.status in NOT_FOR_US:
            return "The token may not test hooks: a Maintainer has to press Test"
        return (
            f"A test delivery failed ({error}): is the service reachable from GitLab, with the same secret?"
        )
    except Unavailable as error:
        return f"A test delivery was not possible now ({error})"
    return ""


def _status(hook: Json) -> str:
    """GitLab's word for the state of a hook; older versions have none, and switch nothing off."""
    found = str(hook.get("alert_status") or STATUSES[0])
    return found if found in STATUSES else STATUSES[0]


def _last_delivery(calls: Calls, path: str) -> tuple[datetime | None, str]:
    """When the newest delivery was made and what it came to; nothing where GitLab does not tell."""
    try:
        events = calls.page(f"{path}/events", per_page=1)
    except (Refused, Unavailable):
        return None, ""
    if not events:
        return None, ""
    headers = {str(k).lower(): str(v) for k, v in dict(events[0].get("request_headers") or {}).items()}
    sent = headers.get("webhook-timestamp", "")
    at = datetime.fromtimestamp(int(sent), UTC) if sent.isdecimal() and len(sent) <= 11 else None
    return at, str(events[0].get("response_status") or "")


def _host(hook: Json) -> str:
    """Where it points; GitLab hides parts of an address behind names in braces where it was told to."""
    try:
        parts = urlsplit(str(hook.get("url")))
        return f"{parts.hostname or '?'}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return "a hidden address"


def _why(error: Refused) -> str:
    seen = f"the token may not see them ({error.status}); it needs the Maintainer role for that"
    return seen if error.status in NOT_FOR_US else str(error)
