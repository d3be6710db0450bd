"""Whatever an authentic delivery holds: it is taken, or it is no JSON, or it is too large; nothing breaks."""

from structlog.testing import capture_logs

from benchmarks.bodies import run


def test_a_thousand_random_and_mutated_bodies_break_nothing() -> None:
    with capture_logs() as lines:
        found, faults, depth = run(1000, seed=17)
    assert faults == []
    assert sum(found.values()) == 1001
    assert min(found[202], found[400], found[413], depth) > 0
    assert len(lines) == 1001
