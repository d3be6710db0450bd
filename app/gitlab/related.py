"""Related issues that rules open: posted once, known by their first line, linked. Decides nothing."""

from collections.abc import Iterable

from app.core.model import Issue
from app.core.plan import OpenIssue
from app.gitlab.calls import Calls
from app.gitlab.payloads import Json


def put(calls: Calls, issue: Issue, action: OpenIssue, bots: Iterable[str]) -> int:
    """The number of the related issue: the one that was opened for this before, if an answer was lost, or a new one.

    Errors: Refused, Unavailable; whatever was done by then is found again.
    """
    project = f"/projects/{issue.ref.project_id}/issues"
    found = _before(calls, project, action, bots)
    if found is None:
        body: Json = {"title": action.title, "description": action.body}
        found = calls.post(project, body | {"confidential": action.confidential})
    number, links = int(found["iid"]), f"{project}/{issue.ref.iid}/links"
    if not any(row["id"] == found["id"] for row in calls.rows(links)):
        calls.post(links, {"target_project_id": issue.ref.project_id, "target_issue_iid": number})
    return number


def _before(calls: Calls, project: str, action: OpenIssue, bots: Iterable[str]) -> Json | None:
    first = action.body.partition("\n")[0]
    for name in sorted(bots):
        for row in calls.rows(project, author_username=name, issue_type="issue", scope="all"):
            if str(row.get("description") or "").partition("\n")[0].rstrip() == first:
                return row
    return None
