"""What GitLab's lines under an issue tell of when something began, for several leaves."""

from datetime import datetime

from app.core.acts import Act
from app.core.facts import Facts
from app.core.model import Issue, Note

RETITLED = "changed title from "
ELSEWHERE = ("mentioned in ", "marked this issue as related to ")  # done to another issue, and only told here


def said_since(issue: Issue, line: str) -> datetime:
    """When GitLab last wrote a line that begins so; the opening where it never did."""
    notes = (note for note in reversed(issue.system_notes) if note.at >= issue.created_at)
    return next((note.at for note in notes if note.body.startswith(line)), issue.created_at)


def title_since(issue: Issue) -> datetime:
    """Since when the title has been as it is."""
    return said_since(issue, RETITLED)


def touched_at(facts: Facts) -> datetime:
    """The last thing that a person did to the issue. Not GitLab's `updated_at`, which whatever the bot writes moves,
    and a mention in another issue too; orders to the bot are nothing done either."""
    if facts.touched:
        return facts.touched[0]
    issue = facts.issue
    acts = [act.at for act in facts.acts if not issue.is_bot(act.by)]
    lines = [note.at for note in issue.system_notes if _by_people(note, issue)]
    facts.touched.append(found := max([issue.created_at, *acts, *lines]))
    return found


def _by_people(note: Note, issue: Issue) -> bool:
    if issue.is_bot(note.author) or note.at < issue.created_at:
        return False
    return not note.body.startswith(ELSEWHERE)


def comments_by(facts: Facts, by: str) -> list[Act]:
    """People's comments, oldest first, but for those that are only orders to the bot: everybody's, or those of SAs or
    of the requester."""
    notes = [act for act in facts.acts if act.kind == "note"]
    if by == "requester":
        return [act for act in notes if facts.people.role(act.by, act.at) == "requester"]
    if by == "sa":
        return [act for act in notes if facts.people.is_sa(act.by, act.at)]
    return notes
