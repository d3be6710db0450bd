"""Notes of ours that are there twice: two writers at once, or one that never heard that it had written."""

from app.core.keys import STATUS, key_of
from app.core.model import Issue, Note
from app.core.plan import Action, DeleteNote

RULE = "one-note"


def surplus(issue: Issue) -> list[Note]:
    """Our own token's notes that have an older one with the same key, by time of creation and then by id.

    A note of another of the bot's users is older or newer like any, but is left for that one to delete. The status
    note is an exception: each token keeps one of its own, since it may not edit another's.
    """
    seen: set[tuple[str, str]] = set()
    found = []
    keyed = [
        (note.at, note.id, key, note) for note in issue.notes if (key := key_of(note, issue)) is not None
    ]
    for _, _, key, note in sorted(keyed, key=lambda each: each[:2]):
        writer = note.author.username if key == STATUS else ""
        if (key, writer) in seen and note.author.username == issue.bot.username:
            found.append(note)
        seen.add((key, writer))
    return found


def second_notes(issue: Issue) -> list[Action]:
    """Their deletion, as actions."""
    return [DeleteNote(RULE, key_of(note, issue) or "", note.id) for note in surplus(issue)]
