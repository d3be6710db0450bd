"""Cases: what they may expect, what a failing one tells, and what coverage counts."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.case import CaseFile
from app.core.case_run import Played, faults, play
from app.core.coverage import Coverage, Seen
from app.core.document import parse
from app.core.plan import Clause, Outcome
from app.core.ruleset import Ruleset

STORY = """
cases:
  - name: a story
    board: us-east
    timeline: |
      2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled except "SA Asks" "Agreement"
      2026-03-02T16:00Z alice edits the description from "SA Activity" filled except "Agreement"
      2026-03-02T17:00Z sam adds "SA Triaged"
    looks:
      - {now: "2026-03-02T14:01Z"%s}
      - {now: "2026-03-02T17:01Z"%s}
"""


@pytest.fixture
def played(ruleset: Ruleset) -> Callable[..., Played]:
    def make(first: str = "", second: str = "", text: str = STORY) -> Played:
        document = parse(
            text % tuple(f", {one}" if one else "" for one in (first, second)), "tests/story.yaml"
        )
        file = document.read(CaseFile)
        assert file is not None, document.problems
        assert not list(faults(file.cases[0], ruleset, document, ("cases", 0)))
        return play(file.cases[0], ruleset, document, ("cases", 0))

    return make


@pytest.mark.parametrize(
    ("first", "second", "passes"),
    [
        ("expect: {incomplete-request: [ask]}", "", True),
        ("expect: {incomplete-request: []}", "", False),
        ("expect: {incomplete-request: [ask, summon]}", "", False),
        ("expect: {incomplete-request: [ask]}, others: nothing", "", True),
        ("others: nothing", "expect: {unowned-request: [assign sam]}, others: nothing", True),
        ("", "others: nothing", False),
        ("", "expect: {unowned-request: [assign sofia]}", False),
        ("findings: [incomplete-request]", "findings: [unowned-request]", True),
        ("findings: []", "", False),
        ("findings: [incomplete-request, late-activity]", "", False),
        ("verdicts: {incomplete-request: failing}", "verdicts: {incomplete-request: fine}", True),
        ("verdicts: {late-followup: waived}", "", False),
        ("due: {late-activity: 2026-03-04T14:00Z}", "due: {late-activity: null}", True),
        ("due: {late-activity: '2026-03-04T09:00-05:00'}", "", True),
        ("due: {late-activity: 2026-03-04T14:01Z}", "", False),
        ("due: {late-activity: null}", "", False),
        ("notes: ['**SA Asks**']", "notes: [All set]", True),
        ("notes: [All set]", "", False),
        ("no_notes: ['@']", "no_notes: ['**SA Asks**']", True),
        ("no_notes: ['SA Asks']", "", False),
        ("silent: ''", "silent: ''", True),
        ("silent: hold", "", False),
    ],
)
def test_what_a_look_may_expect(played: Callable[..., Played], first: str, second: str, passes: bool) -> None:
    assert (played(first, second).failures == ()) == passes


def test_what_is_done_at_one_look_is_done_at_the_next(played: Callable[..., Played]) -> None:
    once = STORY.replace("T17:00Z sam", "T16:30Z sam")
    assert played("", "expect: {unowned-request: [assign sam]}", once).failures == ()
    again = once.replace('"2026-03-02T14:01Z"', '"2026-03-02T16:31Z"')
    assert played("expect: {unowned-request: [assign sam]}", "others: nothing", again).failures == ()


def test_a_failing_look_tells_what_differs_where_and_why(played: Callable[..., Played]) -> None:
    (failure,) = played(
        "", "expect: {unowned-request: [assign sofia]}, due: {late-activity: 2026-03-04T14:00Z}"
    ).failures
    assert str(failure.place).startswith('tests/story.yaml:11:9: case "a story"')
    assert [(d.what, d.missing, d.surplus) for d in failure.differences] == [
        ("unowned-request: does", ("assign sofia",), ("assign sam",)),
        ("late-activity: due", ("2026-03-04T14:00:00Z",), ()),
    ]
    assert {o.rule for o in failure.outcomes} == {"unowned-request", "late-activity"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("board: us-east", "board: us-eats"), ':4:12: unknown board "us-eats"; did you mean "us-east"?'),
        (("sam adds", "sam adsd"), ":5:15: line 3 of the timeline: cannot read 'adsd'"),
        (("T16:00Z alice", "T13:00Z alice"), ":5:15: line 2 of the timeline: it happens before the line above"),
        (("T17:00Z sam", "T18:00Z sam"), ":5:15: line 3 of the timeline: it comes after the last look"),
        (("T17:01Z", "T14:01Z"), ":11:15: looks stand in order"),
        (("%s}", ", expect: {incomplete-reqest: []}}"), '"incomplete-reqest"; did you mean "incomplete-request"?'),
        (("%s}", ", findings: [incomplete-reqest]}"), 'unknown rule "incomplete-reqest"'),
        (("%s}", ", due: {x: null}}"), ':10:42: unknown rule "x"'),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_case_is_named_with_its_place(
    ruleset: Ruleset, change: tuple[str, str], said: str
) -> None:
    document = parse(STORY.replace(*change).replace("%s", ""), "tests/story.yaml")
    file = document.read(CaseFile)
    assert file is not None, document.problems
    assert said in "\n".join(str(p) for p in faults(file.cases[0], ruleset, document, ("cases", 0)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("looks:", "loks:"), 'unknown key "loks", did you mean "looks"?'),
        (('"2026-03-02T14:01Z"', '"2026-03-02"'), "has no zone; write it as 2026-03-02T14:00Z"),
        (("%s}", ", verdicts: {x: red}}"), "Input should be 'failing', 'fine'"),
        (("%s}", ", expect: {x: [shout]}}"), "String should match pattern"),
        (("%s}", ", others: all}"), "Input should be 'nothing'"),
        (("cases:", "case:"), 'unknown key "case", did you mean "cases"?'),
    ],
)
def test_what_is_no_case_is_refused(change: tuple[str, str], said: str) -> None:
    document = parse(STORY.replace(*change).replace("%s", ""), "tests/story.yaml")
    assert document.read(CaseFile) is None
    assert any(said in str(problem) for problem in document.problems)
    assert all(problem.line for problem in document.problems)


def outcome(verdict: Any, *held: bool) -> Outcome:
    clauses = tuple(Clause(f"clause {n}", "x", each) for n, each in enumerate(held))
    return Outcome("a", "a.yaml:1", verdict, "so", looked_at=lambda: clauses)


def test_coverage_wants_both_verdicts_and_both_answers() -> None:
    coverage = Coverage(["a", "b"])
    assert coverage.percent == 0
    coverage.see(outcome("failing", True, True))
    coverage.see(outcome("waived", False, False))  # what was let pass shows no clause
    assert coverage.rules["a"].unseen() == [
        "never fine",
        '"clause 0" never failed',
        '"clause 1" never failed',
    ]
    coverage.see(outcome("fine", False, True))
    assert coverage.rules["a"].unseen() == ['"clause 1" never failed']
    assert coverage.rules["a"].counts == (5, 6)
    assert coverage.percent == 5 * 100 // 8
    assert coverage.as_dict()["rules"]["a"]["verdicts"]["waived"] == 1


def test_instants_in_a_clause_make_no_other_clause() -> None:
    seen = Seen()
    coverage = Coverage(["a"])
    for day in (1, 2):
        clauses = (Clause(f"missing until 2026-03-0{day}T14:00:00.000Z", "x", day == 1),)
        coverage.see(Outcome("a", "", "fine", "so", looked_at=lambda found=clauses: found))  # type: ignore[misc]
    assert coverage.rules["a"].clauses == {"missing until …": {True, False}}
    assert seen.unseen() == ["never failing", "never fine"]


def test_only_what_a_case_says_something_about_is_seen(played: Callable[..., Played]) -> None:
    assert played().seen == ()
    seen = played("verdicts: {incomplete-request: failing}", "findings: [unowned-request]").seen
    assert seen[0].rule == "incomplete-request"
    assert len(seen) > 40
