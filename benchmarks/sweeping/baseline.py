"""The baseline: one issue after another, as gitlab-triage works, for the facts that a sweep needs. Decides nothing.

It is a plain loop on python-gitlab: the lists a hundred a page, and for each issue its label events, state events and
notes. The issue itself is taken from the list, as gitlab-triage does; with that, three calls an issue are the least.
"""

import time
from itertools import islice

import gitlab
import requests

from benchmarks.sweeping.boards import Boards


def seconds_per_issue(boards: Boards, number: int) -> tuple[float, int]:
    """The wall time that one issue takes, of so many, and how many there were."""
    share = -(-number // len(boards.places))
    session = requests.Session()
    session.trust_env = False
    client = gitlab.Gitlab(boards.url, private_token="sandbox-sweep-bot", per_page=100, session=session)
    began, read = time.monotonic(), 0
    for path in boards.places:
        listed = client.projects.get(path).issues.list(iterator=True, state="opened")
        for issue in islice(listed, share):
            for history in (issue.resourcelabelevents, issue.resourcestateevents, issue.notes):
                history.list(get_all=True)
            read += 1
    session.close()
    return (time.monotonic() - began) / max(1, read), read
