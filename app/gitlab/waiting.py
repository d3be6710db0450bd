"""How long GitLab asks us to wait, and how much it lets us do until then: its headers, read. No I/O."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

LONGEST_WINDOW = 3600.0


class Left(NamedTuple):
    """What GitLab's limiter leaves: `remaining` of `limit` calls, in the next `seconds`."""

    remaining: int
    limit: int
    seconds: float


def retry_after(header: str, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or as a date; None when it says nothing.

    Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    if header.isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def left(headers: Mapping[str, str], now: datetime) -> Left | None:
    """What the RateLimit headers leave; None where they are missing or make no sense.

    The reset is an instant by GitLab's clock: it is held against the answer's own Date, and against `now` without one.
    Source: https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/
    """
    said = [headers.get(f"RateLimit-{name}", "") for name in ("Remaining", "Limit", "Reset")]
    if not all(text.isdecimal() for text in said):
        return None
    remaining, limit, reset = map(int, said)
    try:
        answered = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        answered = now
    return Left(remaining, limit, min(max(0.0, reset - answered.timestamp()), LONGEST_WINDOW))
