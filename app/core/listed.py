"""A line in the issue in which a rule lists what it finds: made with the plan, written by a sweep."""

from datetime import datetime
from typing import NamedTuple

from app.core.model import IssueRef


class Listed(NamedTuple):
    """One request in a rule's list. `line` is ready to be printed."""

    rule: str
    ref: IssueRef
    opened_at: datetime
    line: str
