"""What a sweep tells while it runs: a line now and then in a log, nothing where nobody asked."""

import time
from datetime import UTC, datetime

import pytest

from app.core.model import IssueRef
from app.core.plan import AddLabel, Plan
from app.sweep import Swept
from app.sweep.progress import Progress

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


def row(number: int, board: str = "us-east", *, error: str = "", acts: bool = False) -> Swept:
    ref = IssueRef(34, number)
    actions = (AddLabel("late-activity", "sla::breached"),) if acts else ()
    plan = None if error else Plan(ref, f"x#{number}", board, NOW, "v1", actions)
    return Swept(ref, f"x#{number}", board, plan, error=error)


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(quiet=False, used=lambda: 7, every=0.05) as progress:
        for n in range(3):
            progress.seen(row(n, acts=n == 1))
        progress.seen(row(4, "emea", error="404"))
        time.sleep(0.2)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) >= 2
    wanted = "sweep: 4 looked at (us-east 3, emea 1); 1 actions; 1 failed; 0 s; 7 calls in the last minute"
    assert lines[0] == wanted


def test_nothing_is_said_where_it_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(quiet=True, used=lambda: 7, every=0.02) as progress:
        progress.seen(row(1))
        time.sleep(0.1)
    assert capsys.readouterr().err == ""


def test_a_short_sweep_says_nothing_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(quiet=False, used=lambda: 0) as progress:
        progress.seen(row(1))
    assert capsys.readouterr().err == ""
