"""What of a run is taken back: a table of deeds, of what came after them, and of what is done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.core.deed import Deed, deed_of, deeds_data, read_deed
from app.core.keys import marked
from app.core.model import Issue, IssueRef, LabelEvent, Note, User
from app.core.plan import (
    Action,
    AddLabel,
    Assign,
    DeleteNote,
    Move,
    PutNote,
    RemoveLabel,
    Reopen,
    Reply,
    Summon,
    Unassign,
)
from app.core.undo import Undoing, undoing

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
BOT, SAM, MARIA = User(0, "triage-bot"), User(2, "sam"), User(3, "maria")
REF = IssueRef(7, 1)
BEFORE = marked("status", REF, "One thing is missing, says `@sam`.")
AFTER = marked("status", REF, "All set.")
CALL = marked("late/failing/x", REF, "@sam: it is late.")


def issue(**values: object) -> Issue:
    plain = Issue(REF, 1, "group/board", "Acme", "text", User(1, "alice"), AT, AT)
    return replace(plain, **values)  # type: ignore[arg-type]


def event(number: int, user: User | None, action: str, label: str = "late") -> LabelEvent:
    at = AT + timedelta(minutes=number)
    return LabelEvent(number, at, user, "add" if action == "add" else "remove", label)


def note(number: int, author: User, body: str, **more: bool) -> Note:
    return Note(number, AT + timedelta(minutes=number), author, body, **more)


def one(now: Issue, deed: Deed) -> Action | str:
    """What takes the deed back, or why nothing does; "gone" when nothing is there any more."""
    found = undoing(now, [deed])
    if found.actions:
        return found.actions[0]
    return found.left[0].why if found.left else "gone"


ON, OFF = Deed(AddLabel("r", "late"), seen=5), Deed(RemoveLabel("r", "late"), seen=5)
TWELVE = "at 2026-03-02T14:12:00.000Z"
LABELS = {
    "the bot put it on, and it is on": (ON, True, [(6, BOT, "add")], RemoveLabel("r", "late")),
    "somebody did other things before": (ON, True, [(4, SAM, "remove"), (6, BOT, "add")], RemoveLabel("r", "late")),
    "sam took it off": (ON, False, [(6, BOT, "add"), (12, SAM, "remove")], f"sam took it off {TWELVE}"),
    "sam took it off and put it on": (
        ON, True, [(6, BOT, "add"), (9, SAM, "remove"), (12, SAM, "add")], f"sam put it on {TWELVE}",
    ),
    "sam took it off, and the bot put it on again": (
        ON, True, [(6, BOT, "add"), (12, SAM, "remove"), (13, BOT, "add")], f"sam took it off {TWELVE}",
    ),
    "nobody knows who took it off": (
        ON, False, [(6, BOT, "add"), (12, None, "remove")], f"somebody took it off {TWELVE}",
    ),
    "the bot took it off later": (ON, False, [(6, BOT, "add"), (12, BOT, "remove")], "gone"),
    "a later run put it on again": (
        ON, True, [(6, BOT, "add"), (9, BOT, "remove"), (12, BOT, "add")], f"the bot itself changed it again {TWELVE}",
    ),
    "it was on already when we wrote": (ON, True, [(4, BOT, "add")], "GitLab's history does not tell of it"),
    "the label was deleted": (ON, False, [], "gone"),
    "the bot took it off, and it is off": (OFF, False, [(6, BOT, "remove")], AddLabel("r", "late")),
    "sam put it on again": (OFF, True, [(6, BOT, "remove"), (12, SAM, "add")], f"sam put it on {TWELVE}"),
    "the bot put it back": (OFF, True, [(6, BOT, "remove"), (12, BOT, "add")], "gone"),
}  # fmt: skip


@pytest.mark.parametrize("name", LABELS)
def test_a_label_goes_back_where_only_the_bot_touched_it(name: str) -> None:
    deed, on, events, expected = LABELS[name]
    told = tuple(event(*each) for each in events)
    assert one(issue(labels=frozenset({"late"} if on else ()), label_events=told), deed) == expected


STATES = ("Doing", "Waiting", "Followup")
RETURNED = Deed(RemoveLabel("r", "Waiting"), seen=5)
MOVES = {
    "nobody moved it since": ([(7, BOT, "add", "Doing")], AddLabel("r", "Waiting")),
    "sam moved it on": ([(12, SAM, "add", "Followup")], f"sam put Followup on {TWELVE}"),
    "sam took it to Open": ([(7, BOT, "add", "Doing"), (12, SAM, "remove", "Doing")], f"sam took Doing off {TWELVE}"),
    "sam put another label on": ([(12, SAM, "add", "urgent")], AddLabel("r", "Waiting")),
    "sam had moved it before": ([(4, SAM, "add", "Doing")], AddLabel("r", "Waiting")),
}  # fmt: skip


@pytest.mark.parametrize("name", MOVES)
def test_a_card_that_a_person_moved_since_stays_where_it_is(name: str) -> None:
    moves, expected = MOVES[name]
    events = tuple(
        event(*each) for each in sorted([(6, BOT, "remove", "Waiting"), *moves], key=lambda e: e[0])
    )
    found = undoing(issue(label_events=events), [RETURNED], STATES)
    assert (found.actions or (found.left[0].why,)) == (expected,)


def test_events_of_other_labels_do_not_matter() -> None:
    told = (event(6, BOT, "add"), event(7, SAM, "add", "Expedite"))
    assert one(issue(labels=frozenset({"late", "Expedite"}), label_events=told), ON) == RemoveLabel(
        "r", "late"
    )


ASSIGNED, TAKEN = Deed(Assign("r", SAM), seen=5), Deed(Unassign("r", SAM), seen=5)
LINES = {
    "the bot assigned him": (ASSIGNED, (SAM,), [(6, BOT, "assigned to @sam")], Unassign("r", SAM)),
    "a comment came since": (ASSIGNED, (SAM,), [(6, BOT, "assigned to @sam"), (7, MARIA, "x")], Unassign("r", SAM)),
    "maria assigned herself too": (
        ASSIGNED, (SAM, MARIA), [(6, BOT, "assigned to @sam"), (12, MARIA, "assigned to @maria")],
        f"maria changed the assignees {TWELVE}",
    ),
    "the bot gave him back": (ASSIGNED, (), [(6, BOT, "assigned to @sam"), (12, BOT, "unassigned @sam")], "gone"),
    "a later run assigned him again": (
        ASSIGNED, (SAM,),
        [(6, BOT, "assigned to @sam"), (9, BOT, "unassigned @sam"), (12, BOT, "assigned to @sam")],
        f"the bot itself assigned again {TWELVE}",
    ),
    "no line tells of it": (ASSIGNED, (SAM,), [], "GitLab's lines do not tell of it"),
    "the bot took him off": (TAKEN, (), [(6, BOT, "unassigned @sam")], Assign("r", SAM)),
    "one line for two": (
        TAKEN, (MARIA,), [(6, BOT, "assigned to @maria and unassigned @sam")], Assign("r", SAM),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_an_assignment_goes_back_where_nobody_else_assigned(name: str) -> None:
    deed, assignees, lines, expected = LINES[name]
    notes = tuple(note(n, who, body, system="assign" in body) for n, who, body in lines)
    assert one(issue(assignees=assignees, notes=notes), deed) == expected


def test_who_wrote_about_an_assignment_is_no_line_of_gitlabs() -> None:
    notes = (note(6, BOT, "assigned to @sam", system=True), note(7, MARIA, "assigned to @maria"))
    assert one(issue(assignees=(SAM,), notes=notes), ASSIGNED) == Unassign("r", SAM)


SUMMONED = Deed(Summon("late", "late/failing/x", CALL), note_id=9)
EDITED = Deed(PutNote("status", "status", AFTER, 9), note_id=9, before=BEFORE)
NOTES = {
    "a call that is as we wrote it": (SUMMONED, note(9, BOT, CALL), DeleteNote("late", "late/failing/x", 9)),
    "blanks at its end are GitLab's": (SUMMONED, note(9, BOT, CALL + " \n"), DeleteNote("late", "late/failing/x", 9)),
    "a call that somebody edited": (SUMMONED, note(9, BOT, CALL + " Sorry."), "the note was edited since"),
    "a call that was answered": (
        SUMMONED, note(9, BOT, CALL, threaded=True), "somebody answered the note in its thread",
    ),
    "a call that is gone": (SUMMONED, None, "gone"),
    "a note of another's": (
        SUMMONED, note(9, User(8, "sweep-bot"), CALL), "the note is sweep-bot's, and only that user may change it",
    ),
    "an answer to an order": (
        Deed(Reply("commands", "order/3", "x"), note_id=9), note(9, BOT, "x"), DeleteNote("commands", "order/3", 9),
    ),
    "a status note that was written": (
        Deed(PutNote("status", "status", AFTER, None), note_id=9), note(9, BOT, AFTER),
        DeleteNote("status", "status", 9),
    ),
    "a note that another had written": (
        replace(SUMMONED, note_id=None), note(9, BOT, CALL), "somebody else had written the note already",
    ),
    "a status note that was edited": (EDITED, note(9, BOT, AFTER), PutNote("status", "status", BEFORE, 9)),
    "one that has its old text again": (EDITED, note(9, BOT, BEFORE), "gone"),
    "one that says something new by now": (EDITED, note(9, BOT, AFTER + " Thanks."), "the note was edited since"),
    "an edited note that is gone": (EDITED, None, "the note that was edited is gone"),
    "a text of before that nobody knows": (
        replace(EDITED, before=None), note(9, BOT, AFTER), "the text that it had before is not known",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_a_note_goes_back_where_it_is_as_the_bot_left_it(name: str) -> None:
    deed, there, expected = NOTES[name]
    others = (note(3, SAM, "A question"), note(30, MARIA, "Later"))
    assert one(issue(notes=(*others, there) if there else others), deed) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Anything at all.",
        marked("late/failing/x", REF, "Another key."),
        "Before it. " + marked("status", REF, "x"),
        marked("status", REF, "Fine.\n/close"),
        marked("status", REF, "Thanks @maria."),
        marked("status", REF, "`one\n@maria two`"),
        marked("status", REF, "\\` @maria `"),
        marked("status", REF, "``x` @maria"),
    ],
)
def test_a_text_that_the_bot_would_not_write_is_not_put_back(text: str) -> None:
    """A result's file may have been edited."""
    found = one(issue(notes=(note(9, BOT, AFTER),)), replace(EDITED, before=text))
    assert found == "the text that it had before is none of the bot's"


def test_the_text_of_a_request_that_moved_here_is_put_back() -> None:
    carried = marked("status", IssueRef(6, 9), "One thing is missing.")
    found = one(issue(notes=(note(9, BOT, AFTER),)), replace(EDITED, before=carried))
    assert found == PutNote("status", "status", carried, 9)


@pytest.mark.parametrize(
    "action", [DeleteNote("one-note", "status", 9), Reopen("moves"), Move("r", "k", "emea", "g/e", "x")]
)
def test_some_things_are_left_with_the_reason(action: Action) -> None:
    found = undoing(issue(), [Deed(action)])
    assert (found.actions, len(found.left)) == ((), 1)
    assert found.left[0].why


def test_nothing_is_done_to_a_request_that_moved_on() -> None:
    gone = issue(
        state="closed", moved_to_id=5, labels=frozenset({"late"}), label_events=(event(6, BOT, "add"),)
    )
    assert one(gone, ON) == "the request has moved to another project"


def test_what_is_taken_back_comes_newest_first_and_the_rest_is_told_apart() -> None:
    now = issue(
        labels=frozenset({"late"}), label_events=(event(6, BOT, "add"),), notes=(note(9, BOT, CALL + "!"),)
    )
    gone = Deed(AddLabel("r", "old"), seen=5)
    found = undoing(now, [SUMMONED, ON, gone])
    assert isinstance(found, Undoing)
    assert (found.actions, found.taken, found.gone) == ((RemoveLabel("r", "late"),), (ON,), (gone,))
    assert [(str(each.deed), each.why) for each in found.left] == [
        ("summon late/failing/x", "the note was edited since")
    ]


def test_a_deed_knows_the_text_of_before_and_what_was_there() -> None:
    read = issue(notes=(note(3, SAM, "x"), note(9, BOT, BEFORE)), label_events=(event(6, SAM, "add"),))
    assert deed_of(PutNote("status", "status", AFTER, 9), read) == replace(EDITED, seen=6)
    assert deed_of(Assign("r", SAM), read).seen == 9
    assert str(deed_of(AddLabel("r", "late"), read)) == "+late"


def test_a_deed_comes_back_from_data_and_one_of_a_confidential_issue_is_not_kept() -> None:
    assert [read_deed(each) for each in deeds_data([EDITED, ASSIGNED])] == [EDITED, ASSIGNED]
    assert deeds_data([replace(EDITED, confidential=True)]) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"action": None}, "action: it is missing"),
        ({"action": {"kind": "Explode"}}, "action.kind: 'Explode' is no kind of action"),
        ({"action": {"kind": "AddLabel", "rule": "r"}}, "action.label"),
        ({"action": {"kind": "Reopen", "rule": "r", "x": 1}}, "action.x: a Reopen has no such key"),
        ({"note_id": "9"}, "note_id"),
        ({"note_id": True}, "note_id"),
        ({"before": 9}, "before"),
        ({"seen": None}, "seen"),
    ],
)
def test_data_that_is_no_deed_is_named(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_deed(deeds_data([ASSIGNED])[0] | change)
