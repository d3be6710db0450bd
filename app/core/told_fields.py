"""What a timeline's lines tell of an issue beside its events and notes: confidentiality, milestone, thumbs. Pure.

Each has a verb of its own: `makes it confidential`, `makes it visible`, `sets the milestone to "18.1"`, `removes the
milestone`, `likes it`, `dislikes it`, `renames it to "Acme pilot"`. GitLab tells of milestones and thumbs without a
line; of the rest its own line stands under the issue.
"""

from dataclasses import replace

from app.core.model import CONFIDENTIAL, Issue, Milestone

RENAMED = "changed title from **{old}** to **{new}**"


def told(issue: Issue, verb: str, words: list[str], strings: list[str]) -> tuple[Issue, str] | None:
    """The issue after the line, and what GitLab writes under it (empty for nothing); None for a line about other
    things."""
    match verb, words, strings:
        case "makes", ["it", ("confidential" | "visible") as how], []:
            hidden = how == "confidential"
            return replace(issue, confidential=hidden), CONFIDENTIAL[hidden]
        case "sets", ["the", "milestone", "to", _], [title]:
            return replace(issue, milestone=Milestone(title)), ""
        case "removes", ["the", "milestone"], []:
            return replace(issue, milestone=None), ""
        case "likes", ["it"], []:
            return replace(issue, upvotes=issue.upvotes + 1), ""
        case "dislikes", ["it"], []:
            return replace(issue, downvotes=issue.downvotes + 1), ""
        case "renames", ["it", "to", _], [title]:
            return replace(issue, title=title), RENAMED.format(
                old=f"{{-{issue.title}-}}", new=f"{{+{title}+}}"
            )
    return None


def confidential(body: str, before: bool) -> bool:
    """Whether the issue is confidential after GitLab wrote that line."""
    return {line: hidden for hidden, line in CONFIDENTIAL.items()}.get(body, before)
