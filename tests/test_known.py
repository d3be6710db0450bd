"""What sweeps know, on both databases: kept as it was given, forgotten when it is gone or another GitLab's."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

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
        known.keep(connection, [], [C, A])
    assert known.issues(34).keys() == {B}


def test_of_two_sweeps_at_once_the_earlier_beginning_counts(engine: Engine) -> None:
    """The long one was given no list with an issue that the short one, which began later, has seen."""
    known = KnownIssues(engine, URL)
    long_before, short_before = known.board(34), known.board(34)
    keep(known, engine, read(A), read(B))
    known.complete(34, NOW, {A}, long_before)
    assert known.issues(34).keys() == {A}
    known.complete(34, NOW + timedelta(hours=1), {A, B}, short_before)
    assert known.board(34) == KnownBoard(NOW, NOW)
    known.complete(34, NOW + timedelta(hours=2), None, known.board(34))
    assert known.board(34) == KnownBoard(NOW + timedelta(hours=2), NOW)


def test_two_sweeps_may_begin_with_a_board_at_once(engine: Engine) -> None:
    ready, errors = threading.Barrier(4), list[Exception]()

    def begin() -> None:
        ready.wait()
        try:
            KnownIssues(engine, URL).board(34)
        except Exception as error:
            errors.append(error)

    _at_once([begin] * 4)
    assert errors == []
    assert KnownIssues(engine, URL).board(34) == KnownBoard()


def test_two_sweeps_that_keep_the_same_issues_do_not_block_each_other(engine: Engine) -> None:
    """What they read and what they only decided on come in any order: on PostgreSQL that was a deadlock."""
    known, errors = KnownIssues(engine, URL), list[Exception]()
    refs = [IssueRef(34, n) for n in range(1, 101)]

    def some(seed: int) -> None:
        chance = Random(seed)
        for _ in range(20):
            mine = chance.sample(refs, len(refs))
            found = [read(ref) if chance.random() < 0.5 else Judged(ref, NOW, "v2") for ref in mine[10:]]
            try:
                with writing(engine) as connection:
                    known.keep(connection, found, mine[:10])
            except Exception as error:
                errors.append(error)
                return

    _at_once([lambda: some(1), lambda: some(2)])
    assert errors == []


def _at_once(acts: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
