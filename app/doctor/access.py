"""GitLab itself, the token and whose it is."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from app.doctor.line import Line
from app.errors import Refused
from app.gitlab.client import GitLab

OLDEST = (15, 5)  # internal notes, and a project's issues by all that we ask; see docs/doctor.md
KEYSET = (18, 3)
SKEW_WARNING, SKEW_WRONG = timedelta(seconds=5), timedelta(seconds=60)
ENDS_SOON = timedelta(days=14)
_NUMBERS = re.compile(r"(\d+)\.(\d+)")


def access(gitlab: GitLab, bot_users: frozenset[str], *, system_clock: bool) -> Iterator[Line]:
    """The lines. Errors: Unauthorized, Unavailable."""
    yield version(str(gitlab.calls.get("/version").get("version", "")))
    if system_clock:
        yield clock(gitlab.calls.date("/version"), datetime.now(UTC))
    yield from _token(gitlab)
    yield from _bot_users(gitlab, bot_users)


def version(text: str) -> Line:
    """Whether that GitLab is new enough."""
    found = _NUMBERS.match(text)
    if found is None:
        return Line("GitLab", "unknown", f"it says its version is {text!r}")
    numbers = (int(found[1]), int(found[2]))
    if numbers < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        return Line("GitLab", "wrong", f"version {text}", f"{wanted} or newer is needed; upgrade GitLab")
    if numbers < KEYSET:
        said = f"version {text}: lists of issues come in numbered pages, which sweeps read twice"
        return Line("GitLab", "fine", said)
    return Line("GitLab", "fine", f"version {text}")


def clock(theirs: datetime | None, ours: datetime) -> Line:
    """Whether this machine's clock agrees with GitLab's, whose answers give whole seconds."""
    if theirs is None:
        return Line("clock", "unknown", "GitLab's answers do not tell the time")
    apart = abs(ours - theirs)
    if apart <= SKEW_WARNING:
        return Line("clock", "fine", "it agrees with GitLab's")
    said = f"it is {apart.total_seconds():.0f} s {'ahead of' if ours > theirs else 'behind'} GitLab's"
    remedy = "set this machine's clock by NTP: due instants and signed events go by it"
    return Line("clock", "warning" if apart <= SKEW_WRONG else "wrong", said, remedy)


def _token(gitlab: GitLab) -> Iterator[Line]:
    me = gitlab.ask_me()
    try:
        found = gitlab.calls.get("/personal_access_tokens/self")
    except Refused as error:
        yield Line("token", "unknown", f"it is {me.username}'s; GitLab tells no more of it ({error.status})")
        return
    yield token(
        me.username, list(found.get("scopes") or ()), found.get("expires_at"), datetime.now(UTC).date()
    )


def token(username: str, scopes: list[str], expires_at: str | None, today: date) -> Line:
    """Whether the token may write, and how long it lasts: through the day before `expires_at`."""
    said = f"it is {username}'s, with {', '.join(scopes) or 'no scope'}"
    if "api" not in scopes:
        remedy = "make one with the scope `api`, and put it into TRIAGE_GITLAB_TOKEN"
        return Line("token", "wrong", f"{said}: it cannot write", remedy)
    if not expires_at:
        return Line("token", "fine", f"{said}; it does not end")
    left = date.fromisoformat(expires_at) - today
    said = f"{said}; it ends on {expires_at}"
    if left > ENDS_SOON:
        return Line("token", "fine", said)
    days = "today" if left.days <= 0 else f"in {left.days} day{'' if left.days == 1 else 's'}"
    remedy = "rotate it in GitLab, and put the new one into TRIAGE_GITLAB_TOKEN"
    return Line("token", "warning" if left.days > 0 else "wrong", f"{said}, {days}", remedy)


def _bot_users(gitlab: GitLab, names: frozenset[str]) -> Iterator[Line]:
    for name in sorted(names):
        if not gitlab.calls.page("/users", username=name):
            remedy = "take it out of TRIAGE_BOT_USERS, or write it as GitLab does"
            yield Line(f"bot user {name}", "wrong", "there is no such user", remedy)
