import shutil
from datetime import date
from pathlib import Path

import pytest

from app.core.quarter import USUAL
from app.errors import ConfigError
from app.rulebook import load
from app.rules_folder import contents_of, fingerprint
from app.rules_page import page
from tests.conftest import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped rules, to be spoilt."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    return tmp_path / "rules"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def faults(folder: Path) -> list[str]:
    for examples in (False, True):  # most faults show without running the examples, which takes longest
        try:
            load(folder, examples=examples)
        except ConfigError as error:
            return [str(p) for p in error.problems]
    raise AssertionError("the rules are taken for good")


def test_the_shipped_rules_are_good_and_every_example_passes() -> None:
    ruleset = load(ROOT / "rules")
    regional = {"us-east", "us-west", "emea", "commercial-amer", "commercial-emea", "apac"}
    assert set(ruleset.boards) == regional | {"sme", "events", "initiatives", "ecosystem", "event-staffing"}
    assert set(ruleset.templates) >= {"SA Activity", "Follow Up", "Vendor Security Assessment"}


def test_every_rule_has_an_example_that_fails_and_one_that_passes() -> None:
    for rule in load(ROOT / "rules").rules:
        assert any(e.expect for e in rule.examples), rule.id
        assert any(not e.expect for e in rule.examples), rule.id


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("unexplained-expedite.yaml", "  label:", "  lable:", ':8:3: unknown key "lable", did you mean "label"?'),
        ("late-activity.yaml", "by **{{ due }}", "by **{{ deu }}", 'placeholder "deu"; did you mean "due"?'),
        ("late-activity.yaml", "target: 48h", "target: 2 days", "is no length of time; write it as 48h"),
        ("late-activity.yaml", "starts: [opened,", "starts: [opend,", 'is no moment; did you mean "opened"?'),
        ("late-activity.yaml", "who: [assignees]", "who: [assignee]", 'is nobody to call; did you mean "assignees"?'),
        ("late-activity.yaml", "paused_while: [SA Waiting]", "paused_while: [SA Wating]", 'did you mean "SA Waiting"?'),
        ("late-activity.yaml", "kind: sla", "kind: slaa", ':7:9: unknown kind "slaa"; did you mean "sla"?'),
        ("late-activity.yaml", 'labels: ["sla::breached"]', 'labels: ["SA Doing"]', "says where a request stands"),
        ("late-activity.yaml", "board: us-east", "board: us-eats", 'unknown board "us-eats"; did you mean "us-east"?'),
        ("answered-wait.yaml", "id: answered-wait", "id: other", 'the file is answered-wait.yaml'),
        ("answered-wait.yaml", 'expect: ["-SA Waiting", "+SA Doing"]', "expect: []", "expected nothing, got +SA Doing"),
        ("answered-wait.yaml", "sam adds", "sam adsd", "line 2 of the timeline: cannot read 'adsd'"),
        ("boards/emea.yaml", "calendar: emea", "calendar: emae", 'unknown calendar "emae"; did you mean "emea"?'),
        ("boards/emea.yaml", "since: 2026-01-01", "since: today", "'today' is no day; write it as 2026-03-02"),
        ("boards/emea.yaml", "emea-triage", "us-east-enterprise-triage", "has this project already"),
        ("boards/emea.yaml", "escalation: [maria]", "escalation: []", "at least 1 item"),
        ("calendars/emea.yaml", "Europe/London", "Europe/Londn", ':1:7: unknown time zone "Europe/Londn"'),
        ("calendars/emea.yaml", '"17:00"', '"08:00"', ":3:8: mon: an interval must end after it starts"),
        ("calendars/emea.yaml", "subdivision: ENG", "subdivision: XYZ", "XYZ"),
        ("late-activity.yaml", "kind: sla", "knd: sla", '"kind" is missing'),
        ("late-activity.yaml", "expect: []", "expect: [sumon]", "String should match pattern"),
        ("late-activity.yaml", "answers by **{{ due }}**", "answers by **{due}**", "write {{ due }} for {due}"),
        ("late-activity.yaml", "answers by **{{ due }}**", "answers by **{{ due }**", "this is no text that can be"),
        ("late-activity.yaml", "{{ due }}**", "{{ due | lower }}**", "No filter named 'lower'"),
        ("texts/status.md", "{{ gap.title }}", "{{ gap.titel }}", "has no attribute 'titel'"),
        ("texts/status.md", "{{ name }}", "{{ nam }}", ': unknown placeholder "nam"; did you mean "name"?'),
        ("texts/status.md", "{% endif %}", "", "status.md:"),
        ("texts/answers.yaml", "unknown:", "unknwon:", 'unknown key "unknwon", did you mean "unknown"?'),
        ("texts/answers.yaml", "{{ board }} board already", "{{ bord }}", 'placeholder "bord"; did you mean "board"?'),
        ("boards/emea.yaml", "zones:", "manners: {unexpected: ask}\nzones:", 'unknown rule "unexpected"; did you mean'),
        ("boards/emea.yaml", "zones:", "insists_on: [SA Aks]\nzones:", 'a block "SA Aks"; did you mean "SA Asks"?'),
        ("unexpected-move.yaml", "[SA Followup]}", "[SA Follow]}", '"SA Follow" is no state label; did you mean'),
        ("unexpected-move.yaml", "to: [SA Followup]}", "to: [SA Waiting]}", "is given twice, or is none"),
        ("labels.yaml", "claiming: [SA Triaged", "claiming: [SA Triagd", '"SA Triagd" is not among the state labels'),
        ("small-deal.yaml", "block: Opportunity Size", "block: Size", 'no template has a block "Size"'),
        ("small-deal.yaml", "says: [first order]", "says: [first]", 'knows no "first"; did you mean "first order"?'),
        ("small-deal.yaml", "says: [commercial]", "says: [comercial]", 'did you mean "commercial"?'),
        ("wrong-board.yaml", "template: OKR", "template: OKRs", 'unknown template "OKRs"; did you mean "OKR"?'),
        ("boards/commercial-emea.yaml", "[Meeting Goals]", "[Meetings Goals]", 'did you mean "Meeting Goals"?'),
        ("small-deal.yaml", "roles.asm", "roles.ams", "names the role 'ams' of apac, commercial-amer"),
        ("small-deal.yaml", "words.small_deals", "words.small_deal", "needs the word 'small_deal' of apac, "),
        ("small-deal.yaml", "where: {apac", "where: {apacc", '"apacc" is no board of this rule; did you mean "apac"?'),
        ("still-incomplete.yaml", "goes_with: incom", "goes_with: uncom", 'did you mean "incomplete-request"?'),
        ("boards/emea.yaml", "[maria]", '["@maria"]', "'@maria' is written with an @; write maria"),
        ("boards/emea.yaml", "[sam, sofia]", '["@sam"]', "'@sam' is written with an @; write sam"),
        ("labels.yaml", "waiting: SA Waiting", "waiting: SA Wait", "not among the state labels"),
        ("labels.yaml", "SA Followup]", "SA Doing]", '"SA Doing" is given twice'),
        ("labels.yaml", "waiting:", "wating:", 'did you mean "waiting"?'),
        ("wrong-board.yaml", "board: us-east}", "board: us-eats}", ':11:65: unknown board "us-eats"; did you mean'),
        ("wrong-board.yaml", "Region: [US W", "Regoin: [US W", 'has a block "Regoin"; did you mean "Region"?'),
        ("wrong-board.yaml", "[US West]", "[US Wset]", 'knows no "US Wset"; did you mean "US West"?'),
        ("wrong-board.yaml", "{{ how }}", "{{ who }}", 'unknown placeholder "who"; did you mean "how"?'),
        ("partner-region.yaml", "{AMER: ", "{LATAM: ", 'the block "Partner Region" knows no "LATAM"'),
        ("partner-region.yaml", "Partner Region-APAC,", "Region-APAC,", '"Region-APAC" does not begin with "Partner R'),
        ("partner-region.yaml", "  block: Partner Region\n", "", "block and labels go together"),
        ("unowned-meeting.yaml", "block: Preferred Date Options", "block: Dates", 'no template has a block "Dates"'),
        ("unowned-meeting.yaml", "lacks: owner", "lacks: owners", "or 'information'; did you mean \"owner\"?"),
        ("short-notice-on-site.yaml", "block: Preferred", "block: Prefered", 'did you mean "Preferred Date Op'),
        ("short-notice-on-site.yaml", "says: [on-site]", "says: [onsite]", 'knows no "onsite"; did you mean "on'),
        ("short-notice-on-site.yaml", "{{ least }}", "{{ last }}", 'placeholder "last"; did you mean "least"?'),
        ("little-notice-for-product.yaml", "down_to: 48h", "down_to: 96h", "down_to must be shorter than at_least"),
        ("managers-not-told.yaml", "role: sa-man", "role: man", "nobody holds the role 'managers' on event-staffing"),
        ("boards/apac.yaml", "APAC Japan:", "APAC Japn:", 'knows no "APAC Japn"; did you mean "APAC Japan"?'),
        ("quarters.yaml", '"05-01"', '"02-30"', ":2:19: '02-30' is no day of every year; write month and day as 02-01"),
        ("quarters.yaml", '"02-01"', '"02-29"', ":2:10: '02-29' is no day of every year"),
        ("quarters.yaml", '"05-01"', "5", ":2:19: 5 is no day of every year; write month and day as 02-01"),
        ("quarters.yaml", ', "11-01"', "", ":2:9: a year has four quarters, and 3 begin here; name four days"),
        ("quarters.yaml", '"05-01", "08-01"', '"08-01", "05-01"', ":2:9: quarters follow one another; name "),
        ("quarters.yaml", '"05-01"', '"02-01"', "quarters follow one another"),
        ("quarters.yaml", "FY{yy}", "FY", ":4:8: 'FY' ends with no year; write it as FY{yy} or FY{year}"),
        ("quarters.yaml", "year_of: end", "year_of: middle", ":3:10: Input should be 'start' or 'end'"),
        ("quarters.yaml", "starts:", "start:", ':2:1: unknown key "start", did you mean "starts"?'),
        ("boards/apac.yaml", "block: Region", "block: Regions", 'a block "Regions"; did you mean "Region"?'),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place_and_its_remedy(
    folder: Path, file: str, old: str, new: str, said: str
) -> None:
    change(folder / file, old, new)
    found = faults(folder)
    assert any(said in f for f in found), found


def test_examples_hold_whoever_works_on_the_board_and_whenever_it_began(folder: Path) -> None:
    change(folder / "boards" / "us-east.yaml", "[sam, sofia]", "[jo]")
    change(folder / "boards" / "us-east.yaml", "[maria]", "[kim]")
    change(folder / "boards" / "us-east.yaml", "2026-01-01", "2026-12-01")
    assert load(folder).boards["us-east"].file.escalation == ["kim"]


def test_without_a_file_the_quarters_are_the_usual_ones(folder: Path) -> None:
    shipped = load(folder, examples=False).quarters
    assert shipped == USUAL
    change(
        folder / "quarters.yaml", '"02-01", "05-01", "08-01", "11-01"', '"10-01", "01-01", "04-01", "07-01"'
    )
    assert load(folder, examples=False).quarters.quarter_of(date(2026, 10, 1)) == (2027, 1)
    (folder / "quarters.yaml").unlink()
    assert load(folder, examples=False).quarters == shipped


def test_all_faults_are_told_at_once(folder: Path) -> None:
    change(folder / "late-activity.yaml", "summary:", "sumary:")
    change(folder / "answered-wait.yaml", "summary:", "sumary:")
    assert len(faults(folder)) == 2


def test_one_label_belongs_to_one_rule(folder: Path) -> None:
    change(
        folder / "incomplete-request.yaml",
        "while_failing:\n",
        'while_failing:\n  labels: ["sla::breached"]\n',
    )
    assert any("one label, one rule" in f for f in faults(folder))


def test_a_template_without_its_text_is_a_fault(folder: Path) -> None:
    (folder.parent / "issue_templates" / "Follow Up.md").unlink()
    assert any("there is no Follow Up.md beside it" in f for f in faults(folder))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "Follow Up.yaml",
            "heading: Due Date",
            "heading: Due Dates",
            'the block "Due Dates" is not in Follow Up.md',
        ),
        (
            "Follow Up.yaml",
            "heading: Due Date",
            "heading: Open Questions",
            'the block "Open Questions" is given twice',
        ),
        (
            "Follow Up.yaml",
            "version: 2",
            "version: 3",
            "Follow Up.md lacks <!-- triage-template: follow-up v3 -->",
        ),
        ("Follow Up.yaml", "id: follow-up", "id: sa-activity", "two templates have the id sa-activity"),
    ],
)
def test_a_template_that_does_not_fit_its_file_is_named(
    folder: Path, file: str, old: str, new: str, said: str
) -> None:
    change(folder.parent / "issue_templates" / file, old, new)
    assert any(said in f for f in faults(folder))


def test_a_template_that_is_no_text_is_named(folder: Path) -> None:
    (folder.parent / "issue_templates" / "Follow Up.md").write_bytes(b"\xff")
    assert any("save it as UTF-8" in f for f in faults(folder))


def test_a_folder_with_the_name_of_a_rule_is_passed_over(folder: Path) -> None:
    (folder / "x.yaml").mkdir()
    load(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="TRIAGE_RULES"):
        load(tmp_path / "nowhere")


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / "late-activity.yaml").write_bytes(b"\xff\xfe\x00")
    assert any("save it as UTF-8" in f for f in faults(folder))


def test_the_version_and_the_fingerprint_change_with_any_file(folder: Path) -> None:
    version, seen = load(folder).version, fingerprint(folder)
    change(folder.parent / "issue_templates" / "Follow Up.yaml", "what is still", "whatever is still")
    assert load(folder).version != version
    assert fingerprint(folder) != seen


def test_examples_that_came_out_right_are_run_again_once_a_file_differs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(folder)
    with monkeypatch.context() as counting:
        counting.setattr("app.rulebook.run_examples", lambda *_: pytest.fail("they were run again"))
        load(folder)
    change(folder / "answered-wait.yaml", 'expect: ["-SA Waiting"]', "expect: []")
    for _ in range(2):
        with pytest.raises(ConfigError, match="expected nothing, got -SA Waiting"):
            load(folder)
    change(folder / "answered-wait.yaml", "expect: []", 'expect: ["-SA Waiting"]')
    load(folder)


def test_files_that_change_places_are_another_state(folder: Path) -> None:
    before = contents_of(folder)
    calendar, board = folder / "calendars" / "emea.yaml", folder / "boards" / "emea.yaml"
    texts = calendar.read_bytes(), board.read_bytes()
    calendar.write_bytes(texts[1])
    board.write_bytes(texts[0])
    assert contents_of(folder) != before
    calendar.write_bytes(texts[0])
    board.write_bytes(texts[1])
    assert contents_of(folder) == before


def test_examples_hold_whichever_boards_are_looked_after(folder: Path) -> None:
    board = folder / "boards" / "emea.yaml"
    board.write_text(board.read_text() + "active: false\n")
    assert "emea" not in load(folder).active_boards
    board.write_text(board.read_text().replace("active: false", "watched: true"))
    assert load(folder).boards["emea"].file.watched


def test_the_page_about_the_rules_says_what_they_say() -> None:
    text = page(load(ROOT / "rules", examples=False))
    assert (ROOT / "rules" / "README.md").read_text() == text
    assert "apac (where Segment says commercial)" in text
    assert 's1 & s3 & s4 & s5 -- "complete, discovery answered" --> s2' in text
