"""A sweep beside the service, and a second actor that undoes whatever the bot does."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.restraint import Restraint
from app.reports import as_data, as_text
from tests.town import Town

LIMITED = Restraint(writes=6, window=timedelta(minutes=10))


@pytest.fixture
def late(town: Town) -> Any:
    """A request that is complete, and has been late for five minutes."""
    issue = town.project("alice").issues.create({"title": "Acme", "description": town.stage().template()})
    due = town.look(issue, apply=False).plan.clocks
    at = min(clock.due_at for clock in due if clock.name == "activity" and clock.due_at)
    town.set_clock(frozen=True, set=(at + timedelta(minutes=5)).isoformat())
    return issue


def test_a_sweep_lets_the_service_call_first(town: Town, late: Any) -> None:
    report = town.sweep("us-east", alone=False)
    (row,) = report.rows
    assert row.plan
    assert town.project("maria").issues.get(late.iid).labels == ["sla::breached"]
    assert not any("late-activity/failing" in note for note in town.bot_notes(late))
    assert "waits for the service until 2026-03-04T14:10" in as_text(report)
    assert "--alone" in as_text(report)
    (told,) = as_data(report)["issues"][0]["postponed"]
    assert told["until"].startswith("2026-03-04T14:10")
    assert row.plan.recheck_at == row.plan.postponed[0].until  # a service on this database looks then
    town.set_clock(advance="PT5M")
    town.sweep("us-east", alone=False)
    assert any("late-activity/failing" in note for note in town.bot_notes(late))


def test_a_dry_run_shows_it_too_and_alone_does_not_wait(town: Town, late: Any) -> None:
    assert "waits for the service until" in as_text(town.sweep("us-east", alone=False, apply=False))
    assert "waits for" not in as_text(town.sweep("us-east", alone=True, apply=False))
    town.sweep("us-east", alone=True)
    assert any("late-activity/failing" in note for note in town.bot_notes(late))


def test_the_service_itself_never_waits(town: Town, late: Any) -> None:
    town.look(late, restraint=LIMITED)
    assert any("late-activity/failing" in note for note in town.bot_notes(late))


def war(town: Town, issue: Any, minutes: int, restraint: Restraint) -> int:
    """Every half minute another bot puts both labels on again, and ours looks: how many changes ours made."""
    changes = 0
    for _ in range(minutes * 2):
        other = town.project("sofia").issues.get(issue.iid)
        other.labels = [*{*other.labels, "SA Triaged", "SA Doing"}]
        other.save()
        town.set_clock(advance="PT30S")
        changes += len(town.look(issue, restraint=restraint).done)
    return changes


def test_a_war_over_labels_ends_calmly(town: Town, late: Any) -> None:
    changes = war(town, late, 20, LIMITED)
    notes = town.bot_notes(late)
    said = [note for note in notes if "triage:breaker/" in note]
    assert len(said) == 1
    assert "6 times within 10 minutes" in said[0]
    assert changes <= 6 * 2 + 4  # without the breaker one each half minute, forty and more
    looked = town.look(late, restraint=LIMITED)
    assert looked.plan.actions == ()
    assert "waits" in looked.plan.silent
    assert looked.plan.recheck_at
    town.set_clock(set=looked.plan.recheck_at.isoformat())
    town.look(late, restraint=LIMITED)
    town.set_clock(advance="PT11M")
    town.look(late, restraint=LIMITED)
    labels = set(town.project("maria").issues.get(late.iid).labels)
    assert len(labels & {"SA Triaged", "SA Doing"}) == 1  # what is right is done once the other has stopped


def test_a_war_that_goes_on_for_a_day_grows_slow(town: Town, late: Any) -> None:
    few = Restraint(writes=3, window=timedelta(minutes=2))  # and so fifteen in a day
    first, second = (war(town, late, 12, few) for _ in range(2))
    assert first <= 15 + 4
    assert second <= 1
    assert len([note for note in town.bot_notes(late) if "triage:breaker/" in note]) <= 2
