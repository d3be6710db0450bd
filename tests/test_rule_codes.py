"""Each code of `triage rules check` is found where it is due, and none in the rules that we ship."""

from datetime import date
from pathlib import Path

import pytest

from app.core.codes import CODES, gitlab
from app.core.codes.behaviour import NEVER_ENDS, STATE_BESIDE
from app.core.problem import Problem
from app.errors import ConfigError
from app.rule_codes_page import page
from app.rulebook import load
from app.rulecheck import check
from tests.conftest import ROOT
from tests.small_rules import STATED, small_rules

TEMPLATE_TEXT = """id: plain
version: 1
blocks:
  - {heading: Why, ask: why, example: because}
"""
TODAY = date(2026, 3, 2)
RULE, SLA, ONE, TEMPLATE = (
    "pov-wanted.yaml",
    "late-answer.yaml",
    "boards/one.yaml",
    "../issue_templates/Request.yaml",
)
LABEL_OFF = "    - {label: POV, on: false}\n"

TAIL = "template: Request\n"
WITH_IT = "name: with it\n    board: one"
COPY = STATED.replace("id: pov-wanted", "id: copy")
OTHER = (
    STATED.replace("id: pov-wanted", "id: other")
    .replace("[needs-pov]", "[other]")
    .replace("POV, on: false", "needs-pov")
)
FAMILY = """id: region
summary: The label says where it is.
why: The handbook says so.
check: {kind: family, prefix: needs-, block: Region, labels: {EMEA: needs-pov}}
while_failing: {repair: true}
""" + STATED[STATED.index("examples:") :]
PLAIN_TEXT = "<!-- triage-template: plain v1 -->\n## Why\n"
PLAIN = (
    *("../issue_templates/Plain.yaml", "", TEMPLATE_TEXT),
    *("../issue_templates/Plain.md", "", PLAIN_TEXT),
)
ON_ONE, ON_TWO = (f"applies_to: {{boards: [{board}]}}\ncheck:\n" for board in ("one", "two"))


SILENT = """id: silent
summary: Nothing has happened for long.
why: The handbook says so.
check: {kind: condition, when: {age: {since: updated_at, at_least: 30d, count: wall}}}
does: {note: Quiet}
examples:
  - {name: so, board: one, timeline: '2026-03-02T14:00Z alice opens "Demo"', now: 2026-04-01T14:00Z, expect: [note]}
  - {name: not so, board: one, timeline: '2026-03-02T14:00Z alice opens "Demo"', now: 2026-04-01T13:59Z, expect: []}
"""

# By code: the file, what stands there, and the mistake instead; where nothing stands, the file is new.
SEEDED: list[tuple[str, ...]] = [
    ("TRI001", "texts/status.md", "", "gone"),
    ("TRI002", RULE, "summary: Whoever", 'summary: "Whoever'),
    ("TRI003", SLA, "  target: 2h\n", "  target: 2h\n  target: 4h\n"),
    ("TRI004", SLA, "while_failing:", "while_failling:"),
    ("TRI005", SLA, "  kind: sla\n", ""),
    ("TRI006", SLA, "count: wall", "count: wal"),
    ("TRI006", SLA, "kind: sla", "kind: slaa"),
    ("TRI007", RULE, "labels: [needs-pov]", "labels: [2026]"),
    ("TRI007", RULE, "labels: [needs-pov]", "labels: [true]"),
    ("TRI007", RULE, "labels: [needs-pov]", "labels: [~]"),
    ("TRI008", SLA, "target: 2h", "target: 2 hours"),
    ("TRI009", SLA, '"It is due by {{ due }}."', "{{ due }}"),
    ("TRI009", SLA, "  target: 2h", "  <<: {target: 2h}"),
    ("TRI010", TEMPLATE, "version: 1", "version: 01"),
    ("TRI011", RULE, "why: The handbook says so.", "why: See issue #12"),
    ("TRI012", RULE, "id: pov-wanted", "id: pov"),
    ("TRI012", ONE, "id: one", "id: won"),
    ("TRI013", ONE, "project: group/one", "project: group/two"),
    ("TRI014", TEMPLATE, "heading: Goals", "heading: Golas"),
    ("TRI015", "status.yaml", "", STATED.replace("id: pov-wanted", "id: status").replace("[needs-pov]", "[x]")),
    ("TRI016", RULE, "{label: POV, on: false}", "{label: pov, on: false}"),
    ("TRI017", "calendars/home.yaml", '["09:00", "17:00"]', '["19:00", "17:00"]'),
    ("TRI018", SLA, "{{ due }}", "{{ deu }}"),
    ("TRI019", RULE, "why: The handbook says so.", 'why: ""'),
    ("TRI019", RULE, "why: The handbook says so.", "why: TBD"),
    ("TRI020", SLA, "check:\n", "applies_to: {boards: [oen]}\ncheck:\n"),
    ("TRI021", SLA, "check:\n", "applies_to: {templates: [Reqest]}\ncheck:\n"),
    ("TRI022", ONE, "calendar: home", "calendar: hom"),
    ("TRI023", RULE, "block: Region", "block: Regoin"),
    ("TRI024", RULE, "says: [EMEA]", "says: [EMAE]"),
    ("TRI025", ONE, TAIL, TAIL + "manners: {late-anser: ask}\n"),
    ("TRI026", SLA, "  target: 2h", "  paused_while: [Wating]\n  target: 2h"),
    ("TRI026", SLA, "starts: [opened]", 'starts: ["+POVs"]'),
    ("TRI027", RULE, "{label: POV, on: false}", "{label: POVs, on: false}"),
    ("TRI028", SLA, "who: [board.escalation]", "who: [role security]"),
    ("TRI029", SLA, "{{ due }}", "{{ words.desk }}"),
    ("TRI030", ONE, "escalation: [maria]", "escalation: [maria@example.com]"),
    ("TRI030", ONE, "sas: [sam, sofia]", "sas: [Sam Smith]"),
    ("TRI030", ONE, "sas: [sam, sofia]", 'sas: ["@sam"]'),
    ("TRI031", ONE, "sas: [sam, sofia]", "sas: [maria]"),
    ("TRI032", ONE, "sas: [sam, sofia]", "sas: [{name: sam, until: 2026-03-01}]"),
    ("TRI033", ONE, "since: 2026-01-01", "since: 2062-01-01"),
    ("TRI040", "copy.yaml", "", COPY.replace("{label: POV, ", "{label: Urgent, ")),
    ("TRI041", RULE, "labels: [needs-pov]", "labels: [Doing]"),
    ("TRI042", "region.yaml", "", FAMILY),
    ("TRI044", RULE, "{label: POV, on: false}", "{label: needs-pov, on: false}"),
    ("TRI045", RULE, "{label: POV, on: false}", "{label: needs-pov}"),
    ("TRI046", RULE, LABEL_OFF, "    - {label: other, on: false}\n", "other.yaml", "", OTHER),
    ("TRI047", RULE, LABEL_OFF, "    - {label: other}\n", "other.yaml", "", OTHER),
    ("TRI048", RULE, "{label: POV, on: false}", "{label: needs-pov, on: false}"),
    ("TRI050", SLA, "  target: 2h", "  paused_while: [late]\n  target: 2h"),
    ("TRI050", "silent.yaml", "", SILENT.replace("does: {note: Quiet}", "while_failing: {labels: [quiet]}")),
    ("TRI050", "silent.yaml", "", SILENT.replace("does: {note: Quiet}", "while_failing: {status: Quiet}")),
    ("TRI051", SLA, "starts: [opened]", 'starts: ["+needs-pov"]'),
    ("TRI051", SLA, "starts: [opened]", 'starts: ["+late"]'),
    ("TRI052", SLA, "target: 2h\n  count: wall", "target: 3650d\n  count: working_hours"),
    ("TRI053", SLA, "at: 50%", "at: 2h before"),
    ("TRI054", RULE, LABEL_OFF, LABEL_OFF + "    - {label: POV}\n"),
    ("TRI054", RULE, LABEL_OFF, LABEL_OFF + "    - {block: Region, says: [AMER]}\n"),
    ("TRI054", SLA, "  target: 2h", "  only_while: POV\n  paused_while: [POV]\n  target: 2h"),
    ("TRI055", SLA, "check:\n", ON_ONE, ONE, TAIL, TAIL + "active: false\n"),
    ("TRI056", "copy.yaml", "", COPY.replace("needs-pov", "needs-label")),
    ("TRI057", *PLAIN, RULE, "check:\n", "applies_to: {templates: [Plain]}\ncheck:\n"),
    ("TRI058", RULE, "  labels: [needs-pov]", "  labels: [needs-pov]\n  repair: true"),
    ("TRI058", SLA, "check:\n", ON_TWO, ONE, TAIL, TAIL + "manners: {late-answer: ask}\n"),
    ("TRI059", SLA, "who: [board.escalation]", "who: [mover]"),
    ("TRI060", RULE, "while_failing:", "goes_with: pov-wanted\nwhile_failing:"),
    ("TRI061", TEMPLATE, "    ask: what it is for", "    severity: later\n    ask: what it is for"),
    ("TRI062", "silent.yaml", "", SILENT),
    ("TRI070", RULE, "expect: [+needs-pov]", "expect: []"),
    ("TRI071", SLA, "alice opens", "alice opnes"),
    ("TRI071", SLA, "now: 2026-03-02T16:00Z", "now: today"),
    ("TRI072", SLA, "expect: []", "expect: [+late]"),
    ("TRI073", RULE, "check:\n", ON_ONE, RULE, WITH_IT, WITH_IT.replace("one", "two")),
    ("TRI074", SLA, "now: 2026-03-02T15:00Z\n    expect: [summon]", "now: 2026-03-02T14:30Z\n    expect: []"),
    ("TRI075", SLA, "name: nearly", "name: late"),
]  # fmt: skip

# What no kind of check can do yet, tried on descriptions by hand; and what only GitLab can tell.
BY_HAND = {STATE_BESIDE.id, NEVER_ENDS.id}
ONLINE = {code.id for code in vars(gitlab).values() if code in CODES.values()}


def spoil(folder: Path, edits: tuple[str, ...]) -> None:
    for file, old, new in zip(edits[::3], edits[1::3], edits[2::3], strict=True):
        path = folder / file
        if new == "gone":
            path.unlink()
        elif old:
            text = path.read_text()
            assert old in text, (file, old)
            path.write_text(text.replace(old, new, 1))
        else:
            path.write_text(new)


def found_in(folder: Path) -> list[Problem]:
    return list(check(folder, TODAY).problems)


@pytest.mark.parametrize(("code", "edits"), [(code, edits) for code, *edits in SEEDED])
def test_each_mistake_is_found_by_its_code_and_errors_are_refused(
    tmp_path: Path, code: str, edits: list[str]
) -> None:
    folder = small_rules(tmp_path)
    spoil(folder, tuple(edits))
    found = [p for p in found_in(folder) if p.code and p.code.id == code]
    assert found, [str(p) for p in found_in(folder)]
    assert all(p.file and (p.line or code in ("TRI001", "TRI013")) for p in found)
    if CODES[code].severity == "error":
        with pytest.raises(ConfigError) as refused:
            load(folder)
        assert code in str(refused.value)


def test_the_smallest_rules_have_no_fault_before_they_are_spoilt(tmp_path: Path) -> None:
    assert found_in(small_rules(tmp_path)) == []


def test_no_code_is_found_in_the_rules_that_we_ship() -> None:
    checked = check(ROOT / "rules", date(2026, 3, 2))
    assert [str(p) for p in checked.problems] == []
    assert checked.book is not None


def test_every_code_has_a_mistake_by_which_it_is_tried() -> None:
    assert {code for code, *_ in SEEDED} | BY_HAND | ONLINE == set(CODES)


def test_codes_are_told_apart_and_explained() -> None:
    assert [code.id for code in CODES.values()] == sorted(CODES)
    assert len({code.title for code in CODES.values()}) == len(CODES)
    for code in CODES.values():
        assert code.bad != code.good, code.id
        assert len(code.why) > 30, code.id


def test_the_page_of_codes_is_up_to_date() -> None:
    assert (ROOT / "docs" / "rule-codes.md").read_text() == page()
