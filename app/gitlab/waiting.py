"""How long GitLab asks us to wait."""

from datetime import datetime
from email.utils import parsedate_to_datetime


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
