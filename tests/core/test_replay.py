"""Playing a past again: what people did is the same, what the bot did is done anew, and nothing else is known."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings

from app.core.model import Issue
from app.core.plan import AddLabel, PutNote, RemoveLabel, Reply, Summon
from app.core.replay import replay
from tests.core.test_laws import Deed, World, histories, played, quick

MINUTE, DAY, ODD = timedelta(minutes=1), timedelta(days=1), timedelta(seconds=7)


def done(world: World) -> list[tuple[str, str]]:
    """What the bot did to labels and which notes it wrote, in the order of time."""
    issue = world.issue
    events = [(e.at, f"{e.action} {e.label}") for e in issue.label_events if issue.is_bot(e.user)]
    notes = [
        (n.at, n.body.partition("\n")[0]) for n in issue.notes if issue.is_bot(n.author) and not n.system
    ]
    return [(f"{at:%F %T}", what) for at, what in sorted(events + notes)]


def replayed(issue: Issue, world: World) -> list[tuple[str, str]]:
    found = []
    until = issue.newest_event_at
    for at, action in replay(issue, world.ruleset, issue.created_at, until).actions:
        match action:
            case AddLabel(label=label):
                found.append((at, f"add {label}"))
            case RemoveLabel(label=label):
                found.append((at, f"remove {label}"))
            case PutNote(note_id=None, body=body) | Summon(body=body) | Reply(body=body):
                found.append((at, body.partition("\n")[0]))
    return [(f"{at:%F %T}", what) for at, what in sorted(found)]


@settings(quick, max_examples=60)
@given(histories)
def test_it_does_what_a_bot_that_was_there_did(history: list[Deed]) -> None:
    # Of what happens within one instant nobody can tell what the bot had seen; nothing is due at such odd seconds.
    history = [replace(deed, after=max(deed.after, MINUTE) + ODD) for deed in history]
    live, quiet = played(history, watching=lambda _i: True)
    until = max(live.issue.newest_event_at, quiet.issue.newest_event_at)
    edited = any("changed the description" in n.body for n in live.issue.notes)
    if not edited:  # REST keeps no past of the description
        wanted = [each for each in done(live) if each[0] <= f"{until:%F %T}"]
        assert replayed(quiet.issue, quiet) == [
            w for w in wanted if w[0] <= f"{quiet.issue.newest_event_at:%F %T}"
        ]


@settings(quick, max_examples=60)
@given(histories)
def test_what_the_bot_did_makes_no_difference_to_it(history: list[Deed]) -> None:
    live, quiet = played(history, watching=lambda _i: True)
    since = live.issue.created_at
    until = max(live.issue.newest_event_at, quiet.issue.newest_event_at) + DAY
    both = [list(replay(world.issue, world.ruleset, since, until).actions) for world in (live, quiet)]
    assert [(at, str(action)) for at, action in both[0]] == [(at, str(action)) for at, action in both[1]]
