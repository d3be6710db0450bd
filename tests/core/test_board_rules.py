"""What a board knows of its rules beforehand is what each rule would find if it looked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.core.checks.meeting import LACKS_NOTHING
from app.core.evaluate import facts_of
from app.core.facts import Facts
from app.core.model import Issue, IssueRef, LabelEvent, User
from app.core.result import Result
from app.core.ruleset import Ruleset

OPENED = datetime(2026, 3, 3, 15, tzinfo=UTC)
ALICE, SAM = User(1, "alice", "Alice"), User(2, "sam", "Sam")
LABELS = ("SA POV", "Services Request", "Security Audit", "Expedite")


def requests(ruleset: Ruleset) -> list[Facts]:
    """Requests of every template on every board, filled in, half filled in and not at all, with labels and without,
    early and late."""
    found = []
    for board in ruleset.active_boards.values():
        for template in ruleset.templates.values():
            full = {block.key: block.example for block in template.file.blocks}
            half = dict(list(full.items())[::2])
            for answers in (full, half, {}):
                for labels in (frozenset[str](), frozenset(LABELS)):
                    events = tuple(
                        LabelEvent(n, OPENED, SAM, "add", label) for n, label in enumerate(sorted(labels))
                    )
                    issue = Issue(
                        IssueRef(7, 1), 70, board.file.project, "Acme", template.filled(answers), ALICE, OPENED, OPENED,
                        labels=labels, label_events=events,
                    )  # fmt: skip
                    days = (0, 1, 30)
                    found += [facts_of(issue, board, ruleset, OPENED + timedelta(days=day)) for day in days]
    return found


def test_what_follows_from_words_and_labels_alone_is_what_a_look_finds(ruleset: Ruleset) -> None:
    known = 0
    for facts in requests(ruleset):
        for seat in ruleset.rules_on(facts.board).seats.values():
            if reason := seat.still(facts):
                assert _quiet(seat.look(facts)) == reason, (seat.id, facts.issue.description)
                known += 1
    assert known > 1000


def _quiet(result: Result) -> str:
    """The reason of a result that leads to nothing at all, at any time."""
    silent = not (result.failing or result.speaks or result.recheck_at or result.steps or result.changes)
    return result.reason if silent else "it is not quiet"


def test_what_was_known_counts_no_more_once_labels_change(ruleset: Ruleset) -> None:
    board = ruleset.boards["us-east"]
    text = ruleset.templates["SA Activity"].text
    issue = Issue(IssueRef(7, 1), 70, board.file.project, "Acme", text, ALICE, OPENED, OPENED)
    urgent = replace(
        issue, labels=frozenset({"Expedite"}), label_events=(LabelEvent(1, OPENED, SAM, "add", "Expedite"),)
    )
    lineup = ruleset.rules_on(board).lineup("SA Activity", closed=False)
    for one, reason in ((issue, "Expedite is not on"), (urgent, None), (issue, "Expedite is not on")):
        known = lineup.known(facts_of(one, board, ruleset, OPENED))
        assert {seat.id: why for seat, why in known.still}.get("unexplained-expedite") == reason


def test_what_was_known_counts_no_more_once_somebody_is_assigned(ruleset: Ruleset) -> None:
    for facts in requests(ruleset):
        rules = ruleset.rules_on(facts.board)
        lineup = rules.lineup(facts.match.template.name, closed=False)
        looking = [seat.id for seat in lineup.known(facts).looking]
        if "unowned-meeting" in looking and not facts.issue.assignees:
            break
    else:
        pytest.fail("no request offers a date")
    for assignees, reason in (((), None), ((SAM,), LACKS_NOTHING), ((), None)):
        seen = facts.with_issue(replace(facts.issue, assignees=assignees))
        assert {seat.id: why for seat, why in lineup.known(seen).still}.get("unowned-meeting") == reason


@pytest.mark.parametrize("closed", [False, True])
def test_every_rule_has_an_outcome_in_order(ruleset: Ruleset, closed: bool) -> None:
    for board in ruleset.active_boards.values():
        for name in ruleset.templates:
            lineup = ruleset.rules_on(board).lineup(name, closed=closed)
            assert list(lineup.outcomes) == [rule.id for rule in ruleset.rules]
            looking = {seat.id for seat in lineup.seats} | {seat.id for seat in lineup.ended}
            assert all(lineup.outcomes[r.id].reason for r in ruleset.rules if r.id not in looking)
