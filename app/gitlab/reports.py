"""Reports of the bot's: issues that it wrote, found again by their first line and edited in place. Decides nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.core.keys import REPORT
from app.core.model import IssueRef
from app.gitlab.client import GitLab
from app.gitlab.payloads import Json

SECOND = f"{REPORT} second -->"


@dataclass(frozen=True)
class Report:
    """One report as GitLab has it. `body` is its description, the marker included."""

    ref: IssueRef
    reference: str
    body: str


@dataclass(frozen=True)
class Put:
    """What became of a report, or would in a dry run: None where there is none yet."""

    done: Literal["opened", "edited", "as it was"]
    report: Report | None
    closed: tuple[str, ...] = ()


def find(gitlab: GitLab, project_id: int, marker: str) -> list[Report]:
    """The reports with that first line, open or closed, that one of the bot's users wrote; the oldest first.

    Found in the list of what they opened: GitLab's search for text is not sure to find a comment in HTML.
    """
    found: dict[int, Report] = {}
    for name in sorted(gitlab.bots()):
        rows = gitlab.calls.rows(
            f"/projects/{project_id}/issues", author_username=name, issue_type="issue", scope="all"
        )
        for row in rows:
            theirs = str(row["author"]["username"]).casefold() == name.casefold()
            if theirs and str(row.get("description") or "").partition("\n")[0].rstrip() == marker:
                found[int(row["iid"])] = _report(row)
    return [found[iid] for iid in sorted(found)]


def put(
    gitlab: GitLab,
    project_id: int,
    title: str,
    body: str,
    same: Callable[[str, str], bool],
    *,
    apply: bool = True,
    labels: Sequence[str] = (),
) -> Put:
    """Makes the report say `body`, whose first line is its marker: opens it, with `labels`, if there is none; edits it
    if what it says is not the same. Of several the oldest stays; the others are emptied and closed, since not every bot
    may delete.

    Errors: Refused, Unavailable. When no answer came to a post it may still have been done: the next time finds it.
    """
    marker = body.partition("\n")[0]
    found = find(gitlab, project_id, marker)
    done: Literal["opened", "edited", "as it was"] = "as it was"
    if not found:
        done = "opened"
        if apply:
            path = f"/projects/{project_id}/issues"
            named = {"labels": ",".join(labels)} if labels else {}
            answer: Json = gitlab.calls.post(path, {"title": title, "description": body, **named})
            # Somebody else may have opened one meanwhile; what we wrote is there, listed yet or not.
            listed = find(gitlab, project_id, marker)
            found = sorted({r.ref: r for r in [_report(answer), *listed]}.values(), key=lambda r: r.ref)
    elif not same(found[0].body, body):
        done = "edited"
        if apply:
            gitlab.calls.put(_path(found[0]), {"description": body})
    closed = tuple(report.reference for report in found[1:])
    if apply:
        for report in found[1:]:
            _retire(gitlab, report, found[0])
    return Put(done, found[0] if found else None, closed)


def _retire(gitlab: GitLab, report: Report, kept: Report) -> None:
    """Empties and closes it; its first line still says that it is a report, and not any more which."""
    body = f"{SECOND}\nThis was written at the same time as `#{kept.ref.iid}`, which is the one that is kept."
    gitlab.calls.put(_path(report), {"description": body, "state_event": "close"})


def _report(row: Json) -> Report:
    ref = IssueRef(int(row["project_id"]), int(row["iid"]))
    return Report(ref, str(row["references"]["full"]), str(row.get("description") or ""))


def _path(report: Report) -> str:
    return f"/projects/{report.ref.project_id}/issues/{report.ref.iid}"
