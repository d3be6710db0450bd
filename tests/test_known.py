"""What sweeps know, on both databases: kept as it was given, forgotten when it is gone or another GitLab's."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from app.core.known import Known
from app.core.model import IssueRef
from app.database import writing
from app.gitlab.snapshot import Snapshot
from app.known import Judged, Keep, KnownBoard, KnownIssues

NOW = datetime(2026, 3, 2, 14, 0, 0, 123456, tzinfo=UTC)
A, B, C = (IssueRef(34, n) for n in (1, 2, 3))
URL = "https://gitlab.example.com"
SEEN = Snapshot({"iid": 1, "title": "Acme", "references": {"full": "g/p#1"}, "assignees": []}, [], [], [])


def keep(known: KnownIssues, engine: Engine, *found: Keep | Judged) -> None:
    with writing(engine) as connection:
        known.keep(connection, found)


def read(ref: IssueRef, **changed: object) -> Keep:
    values: dict[str, object] = {"read_at": NOW, "due_at": None, "judged_by": "v1", "row": "mark"}
    return Keep(ref, Known(**(values | changed)), SEEN.packed())  # type: ignore[arg-type]


def test_issues_come_back_as_they_were_kept(engine: Engine) -> None:
    known = KnownIssues(engine, URL)
    known.board(34)
    keep(known, engine, read(A), read(B, due_at=NOW + timedelta(days=1)), read(IssueRef(35, 1)))
    assert known.issues(34) == {
        A: Known(NOW, None, "v1", "mark"),
        B: Known(NOW, NOW + timedelta(days=1), "v1", "mark"),
    }
    assert known.snapshot(A) == SEEN
    assert known.snapshot(C) is None


def test_keeping_again_takes_the_place_of_what_was(engine: Engine) -> None:
    known = KnownIssues(engine, URL)
    keep(known, engine, read(A))
    keep(known, engine, Keep(A, Known(None, None, "", "other")))
    assert known.issues(34) == {A: Known(None, None, "", "other")}
    assert known.snapshot(A) is None


def test_deciding_again_leaves_what_was_read(engine: Engine) -> None:
    known = KnownIssues(engine, URL)
    keep(known, engine, read(A))
    keep(known, engine, Judged(A, NOW, "v2"), Judged(C, NOW, "v2"), read(B))
    assert known.issues(34)[A] == Known(NOW, NOW, "v2", "mark")
    assert known.snapshot(A) == SEEN
    assert C not in known.issues(34)


def test_a_complete_sweep_is_remembered_and_forgets_what_is_gone(engine: Engine) -> None:
    known = KnownIssues(engine, URL)
    assert known.board(34) == KnownBoard()
    keep(known, engine, read(A), read(B), read(C))
    known.complete(34, NOW, {A, C}, KnownBoard())
    assert known.board(34) == KnownBoard(NOW, NOW)
    assert known.issues(34).keys() == {A, C}
    later = NOW + timedelta(hours=1)
    known.complete(34, later, None, known.board(34))
    assert known.board(34) == KnownBoard(later, NOW)
    assert known.issues(34).keys() == {A, C}


def test_of_another_gitlab_nothing_is_known(engine: Engine) -> None:
    known = KnownIssues(engine, URL)
    known.board(34)
    keep(known, engine, read(A))
    known.complete(34, NOW, None, KnownBoard())
    other = KnownIssues(engine, "https://other.example.com")
    assert (other.board(34), other.issues(34)) == (KnownBoard(), {})
    assert known.board(34) == KnownBoard()  # and so it is for the first one from now on


def test_single_issues_are_forgotten(engine: Engine) -> None:
    known = KnownIssues(engine, URL)
    keep(known, engine, read(A), read(B))
    with writing(engine) as connection:
        known.drop(connection, [A, C])
    assert known.issues(34).keys() == {B}
