"""The templates that we ship: their words, their examples, and what real people would write into them."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.core.answers import Answer, Gap, gaps, read_answers
from app.core.ruleset import Ruleset
from app.core.sections import heading_key, marker, sections
from app.core.template import BlockSpec, Template, find_template
from app.core.validators import About
from app.rulebook import load
from tests.conftest import ROOT

FOLDER = ROOT / "issue_templates"
RULESET = load(ROOT / "rules", examples=False)
NAMES = sorted(path.stem for path in FOLDER.glob("*.md"))
BOARDS = sorted(RULESET.boards)
SEVEN = [
    "Customer Information",
    "Preferred Date Options",
    "Target Hosting Environment",
    "Challenges/Pain Points",
    "Required Capabilities",
    "Current Tools/Competitors",
    "SA Asks",
]
BELOW = [
    "Salesforce Opportunity",
    "Region",
    "Segment",
    "Why This Board",
    "Deal Type",
    "Opportunity Size",
    "Stage",
    "Why Now",
    "Compelling Event",
    "Why Not Yet",
    "Meeting Goals",
    "Meeting Place",
    "MEDDPPICC",
    "POV Success Criteria",
    "POV Level",
    "Account Management Issue",
    "Close Plan",
    "Before You Ask",
    "Additional Background",
    "Agreement",
]
WEIGHT = {"later": -1, "advice": 0, "recommended": 1, "required": 2}
SAID = ("no box is ticked", "the date is in the past")  # something is written, and it is not enough
GIVEN_NAMES = ("GitLab", "Salesforce", "SA", "SME", "AMER", "APAC", "EMEA", "USD")
BLOCKS = [(name, block.heading) for name in NAMES for block in RULESET.templates[name].file.blocks]


def about(board: str = "us-east") -> About:
    calendar = RULESET.boards[board].calendar
    return About(
        asked_at=datetime(2026, 3, 2, 14, tzinfo=UTC),
        zone=ZoneInfo(calendar.zone.key),
        zones=RULESET.boards[board].file.zones,
        people=frozenset({"alice", "sam", "sofia", "maria"}),
        issue="gitlab-com/customer-success/sa-triage-boards/us-east-enterprise-triage#1",
        calendar=RULESET.boards[board].counting("working_days"),
    )


def block(name: str, heading: str) -> BlockSpec:
    return next(b for b in RULESET.templates[name].file.blocks if b.heading == heading)


def read(name: str, filled: dict[str, str]) -> tuple[tuple[Answer, ...], tuple[Gap, ...]]:
    """The answers and the gaps of the template with these words under these headings."""
    template = RULESET.templates[name]
    assert set(filled) <= {b.heading for b in template.file.blocks}
    text = template.filled({heading_key(heading): words for heading, words in filled.items()})
    answers = read_answers(text, template, about())
    return answers, gaps(answers, template)


def required(found: tuple[Gap, ...]) -> dict[str, str]:
    return {gap.title: gap.problem for gap in found if gap.severity == "required"}


def examples(template: Template) -> dict[str, str]:
    return {b.heading: b.example for b in template.file.blocks}


def test_each_text_has_its_file_and_each_file_its_text() -> None:
    assert NAMES == sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(RULESET.templates)


@pytest.mark.parametrize("name", NAMES)
def test_untouched_says_nothing(name: str) -> None:
    template = RULESET.templates[name]
    answers = read_answers(template.text, template, about())
    assert [a.block.heading for a in answers if not a.missing] == []
    asked = {b.heading for b in template.file.blocks if b.severity == "required" and not b.when}
    assert set(required(gaps(answers, template))) == asked


@pytest.mark.parametrize("name", NAMES)
def test_filled_with_its_own_examples_it_lacks_nothing(name: str) -> None:
    answers, found = read(name, examples(RULESET.templates[name]))
    assert found == ()
    assert not any(a.missing for a in answers)


@pytest.mark.parametrize(("name", "heading"), BLOCKS)
@pytest.mark.parametrize("board", ["us-east", "emea", "apac"])
def test_each_example_is_one(name: str, heading: str, board: str) -> None:
    spec = block(name, heading)
    for validator in spec.accepts:
        assert validator.read(spec.example, about(board)).problem == ""
        if validator.example and validator.kind not in (
            "questions",
            "checklist",
        ):  # those show one line of several
            assert validator.read(validator.example, about(board)).problem == ""


@pytest.mark.parametrize(("name", "heading"), BLOCKS)
def test_each_ask_is_half_a_sentence_and_each_example_short(name: str, heading: str) -> None:
    spec = block(name, heading)
    assert not spec.ask.endswith((".", "!", "?", ":"))
    assert "\n" not in spec.ask
    assert spec.ask[0].islower() or spec.ask.split()[0].strip(",") in GIVEN_NAMES
    assert len(spec.ask) <= 100
    single = spec.severity == "required" and not any(v.kind == "questions" for v in spec.accepts)
    assert "\n" not in spec.example or not single
    assert len(spec.example) <= 200 or not single  # the status note cuts it there


@pytest.mark.parametrize("name", NAMES)
def test_headings_are_unique_and_each_has_one_hint_of_one_line(name: str) -> None:
    template = RULESET.templates[name]
    found = sections(template.text)
    keys = [key for b in template.file.blocks for key in b.keys]
    assert len(keys) == len(set(keys))
    assert len({s.key for s in found}) == len(found)
    assert [s.title for s in found if s.key in keys] == [b.heading for b in template.file.blocks]
    for section in found:
        assert len(re.findall(r"<!--", section.body)) == 1, section.title
        assert re.search(r"^<!-- \S.{5,110}\S -->$", section.body, re.MULTILINE), section.title


@pytest.mark.parametrize("name", NAMES)
def test_the_marker_stands_first_and_leads_back_to_the_template(name: str) -> None:
    template = RULESET.templates[name]
    first = template.text.splitlines()[0]
    assert first == f"<!-- triage-template: {template.file.id} v{template.file.version} -->"
    without = template.text.replace(first, "")
    for text, by in ((template.text, "marker"), (without, "100% of its headings")):
        match = find_template(text, RULESET.templates, "SA Activity")
        assert (match.template.name, match.by.startswith(by)) == (name, True)


@pytest.mark.parametrize("path", sorted((FOLDER / "earlier").glob("*.md")), ids=lambda p: p.stem)
def test_earlier_texts_are_kept_under_their_version(path: Path) -> None:
    name, _, version = path.stem.rpartition(" v")
    file = RULESET.templates[name].file
    assert marker(path.read_text()) == (file.id, int(version))
    assert int(version) < file.version


@pytest.mark.parametrize("name", NAMES)
def test_every_version_before_the_present_one_is_kept(name: str) -> None:
    for version in range(1, RULESET.templates[name].file.version):
        assert (FOLDER / "earlier" / f"{name} v{version}.md").is_file()


def test_only_the_seven_blocks_of_the_handbook_are_required_of_an_activity() -> None:
    blocks = RULESET.templates["SA Activity"].file.blocks
    assert [b.heading for b in blocks if b.severity == "required"] == SEVEN
    assert [b.heading for b in blocks] == SEVEN + BELOW
    assert {b.faults for b in blocks[:7]} == {"recommended"}
    assert all(group.severity != "required" for group in RULESET.templates["SA Activity"].file.one_of)


@pytest.mark.parametrize(("name", "heading"), BLOCKS)
def test_words_that_are_not_enough_weigh_no_more_than_none(name: str, heading: str) -> None:
    spec = block(name, heading)
    assert WEIGHT[spec.faults] <= WEIGHT[spec.severity]


@pytest.mark.parametrize("heading", BELOW)
@pytest.mark.parametrize(
    "words", ["whatever", "n/a", "TODO", "see mail", "1 January 2020", "[x]", "https://evil.example/"]
)
def test_nothing_below_the_seven_can_hold_a_request_up(heading: str, words: str) -> None:
    good = dict(zip(SEVEN, GOOD["as asked"], strict=True))
    assert required(read("SA Activity", good | {heading: words})[1]) == {}


def test_a_workshop_may_leave_everything_open() -> None:
    blocks = RULESET.templates["Workshop"].file.blocks
    assert {b.severity for b in blocks} == {b.faults for b in blocks} == {"recommended"}
    assert required(read("Workshop", {b.heading: "not known so far" for b in blocks})[1]) == {}


@pytest.mark.parametrize("path", sorted((FOLDER / "earlier").glob("*.md")), ids=lambda p: p.stem)
def test_an_earlier_text_untouched_says_nothing(path: Path) -> None:
    template = RULESET.templates[path.stem.rpartition(" v")[0]]
    answers = read_answers(path.read_text(), template, about())
    assert [a.block.heading for a in answers if not a.missing] == []


def test_a_request_of_the_handbooks_seven_blocks_is_still_filled() -> None:
    template = RULESET.templates["SA Activity"]
    words = {heading_key(h): w for h, w in zip(SEVEN, GOOD["terse"], strict=True)}
    for earlier in template.earlier:
        text = Template(template.name, template.file, earlier).filled(words)
        assert required(gaps(read_answers(text, template, about()), template)) == {}


GOOD = {
    "as asked": (
        "Acme Corp, https://acme.my.salesforce.com/0068X00001abcdE",
        "Tue 17 March 10:00 ET, or Wed 18 March 14:00 ET",
        "Self-hosted, in their own data centre",
        "Releases take six weeks because every team has its own pipeline.",
        "Scan every merge request for secrets.",
        "Jenkins and Bitbucket; Jira has to stay.",
        "A demo of one hour.",
    ),
    "terse": ("Acme", "next Tuesday 10:00 ET", "cloud", "slow builds", "CI/CD", "Jenkins", "demo"),
    "terser": ("Acme", "tomorrow", "SaaS", "Compliance", "SAST", "None", "Q&A"),
    "lower case, no zone": (
        "acme corp", "march 17 or march 18, 2pm", "gitlab.com", "too many tools", "one tool", "n/a", "tech call",
    ),
    "an ISO date": (
        "Globex GmbH (Berlin)", "2026-03-17 10:00 CET", "self managed on AWS", "Audit findings.",
        "Audit trail of approvals", "GitHub, nothing is fixed", "POC and SOW",
    ),
    "lists": (
        "- Initech\n- 200 seats", "- Tue 17 March, 9am PT\n- Wed 18 March, 1pm PT", "- [x] Cloud\n- [ ] Self-hosted",
        "- slow reviews\n- no overview", "- merge trains\n- value streams", "- Jenkins\n- Jira (stays)",
        "- demo\n- security questionnaire",
    ),
    "not decided": (
        "Umbrella Ltd", "any day in the week of 16 March", "Not decided yet; they compare both.",
        "They do not know where time goes.", "See the work of all teams in one place.", "Azure DevOps. Unknown.",
        "Not sure, please advise.",
    ),
    "other languages": (
        "株式会社アクメ", "17.03.2026 um 10 Uhr MEZ", "Eigenes Rechenzentrum", "Die Freigaben dauern zu lange.",
        "安全なデプロイ", "Jenkins; Jira muss bleiben.", "Eine Vorführung, bitte.",
    ),
    "a link to an opportunity in Lightning": (
        "Acme https://acme.lightning.force.com/lightning/r/Opportunity/0068X00001abcdEAAR/view", "Friday",
        "AWS", "Costs.", "Runners on demand", "TeamCity", "POV",
    ),
}  # fmt: skip


@pytest.mark.parametrize("words", GOOD.values(), ids=GOOD)
@pytest.mark.parametrize("board", BOARDS)
def test_what_people_write_every_day_is_enough(words: tuple[str, ...], board: str) -> None:
    template = RULESET.templates["SA Activity"]
    text = template.filled({heading_key(h): w for h, w in zip(SEVEN, words, strict=True)})
    found = gaps(read_answers(text, template, about(board)), template)
    assert required(found) == {}


@pytest.mark.parametrize(
    ("heading", "words", "problem"),
    [
        ("Customer Information", "[Customer name]", "only a placeholder stands here so far"),
        ("Customer Information", "TBD", ""),
        ("Preferred Date Options", "ASAP", "no date is recognised; please offer a day and a time"),
        ("Preferred Date Options", "whenever you like", "no date is recognised; please offer a day and a time"),
        ("Preferred Date Options", "17 February 2026 10:00 ET", "the date is in the past"),
        ("Target Hosting Environment", "<hosting>", ""),
        ("Target Hosting Environment", "n/a", "none of the options was recognised"),
        ("Challenges/Pain Points", "TODO", ""),
        ("Challenges/Pain Points", "same as above", "only a placeholder stands here so far"),
        ("Required Capabilities", "?", ""),
        ("Current Tools/Competitors", "to be confirmed", "only a placeholder stands here so far"),
        ("SA Asks", "...", ""),
        ("SA Asks", "- [ ] demo\n- [ ] SOW", "no box is ticked"),
    ],
)  # fmt: skip
def test_what_says_nothing_is_one_gap_and_no_other(heading: str, words: str, problem: str) -> None:
    good = dict(zip(SEVEN, GOOD["terse"], strict=True))
    before = read("SA Activity", good)[1]
    (gap,) = (g for g in read("SA Activity", good | {heading: words})[1] if g not in before)
    assert gap.title == heading
    assert gap.problem.startswith(problem)
    assert gap.severity == ("recommended" if problem in SAID else "required")


@pytest.mark.parametrize(
    ("name", "heading", "words", "problem"),
    [
        ("SA Activity", "Salesforce Opportunity", "https://acme.my.salesforce.com/0018X00001abcdE",
         "the link is to an account, not to an opportunity"),
        ("SA Activity", "Region", "the moon", "none of the options was recognised"),
        ("SA Activity", "Segment", "SMB, or enterprise", "more than one is named"),
        ("SA Activity", "Opportunity Size", "40,000", "the currency of the amount is missing"),
        ("SA Activity", "Stage", "2 or 4", "more than one is named"),
        ("SA Activity", "Why Now", "security, compliance, speed", "please say it in a full sentence"),
        ("SA Activity", "MEDDPPICC", "Metrics: 10 minutes", "still open: Economic Buyer"),
        ("SA Activity", "Meeting Goals", "Why do they want to meet us? To compare.", "1 of 4 answered"),
        ("SA Activity", "Account Management Issue", "the usual one", "a link to an issue is missing"),
        ("SA Activity", "Before You Ask", "- [x] Lead is qualified", "still open: Command Plan is complete"),
        ("Follow Up", "Previous Issue", "the one from last week", "a link to an issue is missing"),
        ("Vendor Security Assessment", "Opportunity", "https://acme.my.salesforce.com/0018X00001abcdE",
         "the link is to an account, not to an opportunity"),
        ("Vendor Security Assessment", "Questionnaire", "attached", "a link is missing"),
        ("Vendor Security Assessment", "Yearly Value", "$4,000", "the amount should be at least USD 5,000; for less"),
        ("SME Request", "Fully Qualified", "not yet", ""),
        ("SME Request", "Fully Qualified", "not qualified", "an expert joins once"),
        ("SME Request", "Primary SA", "the SA team", "please name the SA of this opportunity"),
        ("OKR", "Quarter", "next year", "please name one quarter"),
        ("Initiative", "Action Items", "somebody writes it", "please mention whoever does each item"),
        ("OKR", "Action Items", "@sam records demos\nsomebody writes it", "still without a name: 1 of 2; please"),
        ("OKR", "Key Results", "new SAs are much faster", "please say it with a number"),
        ("Initiative", "Key Results", "20 demos\nmuch better talks", "still without a number: 1 of 2; please say it"),
        ("Product support", "Communication", "we talked a lot", "a link is missing; one to notes"),
        ("Product support", "Account Management Issue", "the usual one", "a link to an issue is missing"),
        ("Technical Close Plan", "Plan Document", "in the folder", "a link is missing"),
        ("Technical Close Plan", "Opportunity Size", "large", "the amount is missing"),
        ("Technical Discovery", "Path Forward", "Which figures will show that it worked? Ten minutes.",
         "1 of 2 answered"),
        ("Services Request", "Services Opportunity", "https://acme.my.salesforce.com/0018X00001abcdE",
         "the link is to an account, not to an opportunity"),
        ("Services Request", "Services Opportunity", "Alice makes it soon", "the link to the opportunity is missing"),
        ("Services Request", "Activity in Salesforce", "will do", "please tick the box"),
        ("Services Request", "Service Type", "the usual", "none of the options was recognised"),
        ("Demo request", "Shared Demo Space", "will do", "please tick the box"),
        ("SA_Request", "Budget Owner", "marketing team", "please name whoever pays"),
    ],
)  # fmt: skip
def test_what_is_not_enough_is_told(name: str, heading: str, words: str, problem: str) -> None:
    filled = examples(RULESET.templates[name]) | {heading: words}
    (gap,) = read(name, filled)[1]
    assert gap.title == heading
    assert gap.problem.startswith(problem)
    assert gap.severity == block(name, heading).faults if problem else block(name, heading).severity


def test_a_ticked_box_counts_where_it_stands() -> None:
    template = RULESET.templates["Demo request"]
    text = template.text.replace("- [ ]", "- [x]")
    assert "Shared Demo Space" not in required(gaps(read_answers(text, template, about()), template))


def test_questions_may_be_answered_on_their_lines() -> None:
    template = RULESET.templates["Technical Discovery"]
    text = re.sub(r"^(- .*\?)$", r"\1 Yes, somewhat.", template.text, flags=re.MULTILINE)
    assert gaps(read_answers(text, template, about()), template) == ()


def test_questions_of_the_first_version_still_count() -> None:
    template = RULESET.templates["Technical Discovery"]
    (first,) = template.earlier
    answered = re.sub(r"^(- .*\?)$", r"\1 Yes, somewhat.", first, flags=re.MULTILINE)
    assert required(gaps(read_answers(answered, template, about()), template)) == {}


@pytest.mark.parametrize(("asks", "asked"), [("a POV", True), ("proof of concept", True), ("demo", False)])
def test_criteria_and_level_are_asked_for_with_a_pov_only(asks: str, asked: bool) -> None:
    of_a_pov = ["POV Success Criteria", "POV Level"]
    filled = {h: w for h, w in examples(RULESET.templates["SA Activity"]).items() if h not in of_a_pov}
    found = read("SA Activity", filled | {"SA Asks": asks})[1]
    assert [gap.title for gap in found] == (of_a_pov if asked else [])


@pytest.mark.parametrize(
    ("stage", "size", "asked"),
    [
        ("Stage 3", "USD 100,001", True),
        ("3 - Technical Evaluation", "$140k", True),
        ("Stage 3", "USD 100,000", False),
        ("Stage 3", "USD 99,999", False),
        ("Stage 3", "140,000", False),  # in no currency
        ("Stage 3", "", False),
        ("Stage 2", "USD 140,000", False),
        ("Stage 4", "USD 140,000", False),
        ("", "USD 140,000", False),
    ],
)
def test_a_close_plan_is_asked_for_above_a_sum_at_stage_three(stage: str, size: str, asked: bool) -> None:
    said = {"Stage": stage, "Opportunity Size": size, "Close Plan": ""}
    answers, found = read("SA Activity", examples(RULESET.templates["SA Activity"]) | said)
    assert next(a.asked for a in answers if a.block.heading == "Close Plan") is asked
    assert ("Close Plan" in {gap.title for gap in found}) is asked


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        ("gitlab-com/customer-success/sa-triage-boards/emea-triage#12", None),
        ("https://docs.example.com/acme-close-plan", None),
        ("n/a", None),
        ("no plan yet", None),
        ("in the folder", "a link is missing"),
        ("#1", "a link is missing"),  # the request itself
    ],
)
def test_a_close_plan_is_a_link_an_issue_or_none_yet(plan: str, problem: str | None) -> None:
    said = {"Stage": "Stage 3", "Opportunity Size": "USD 140,000", "Close Plan": plan}
    found = read("SA Activity", examples(RULESET.templates["SA Activity"]) | said)[1]
    assert [gap.problem for gap in found] == ([] if problem is None else [problem])


@pytest.mark.parametrize(
    ("stage", "asked"),
    [
        ("Stage 2, moving to 3", False),
        ("Stage 3", False),
        ("Stage 4", True),
        ("5", True),
        ("Closed lost", True),
        ("won", True),
        ("not won yet", False),
    ],
)
def test_a_close_plan_that_is_over_is_looked_back_on(stage: str, asked: bool) -> None:
    filled = examples(RULESET.templates["Technical Close Plan"]) | {"Stage": stage, "Retrospective": ""}
    found = {gap.title: gap.severity for gap in read("Technical Close Plan", filled)[1]}
    assert found == ({"Retrospective": "recommended"} if asked else {})


@pytest.mark.parametrize(("kind", "asked"), [("custom", True), ("standard", False)])
def test_the_calculator_is_asked_for_with_a_custom_service_only(kind: str, asked: bool) -> None:
    filled = {"Services Opportunity": "0068X00001abcdE", "Service Type": kind}
    assert ("Calculator Issue" in required(read("Services Request", filled)[1])) is asked


def test_an_event_or_the_reason_why_none_is_known_is_enough() -> None:
    whole = examples(RULESET.templates["SA Activity"])
    for left_out in ("Compelling Event", "Why Not Yet"):
        assert read("SA Activity", {h: w for h, w in whole.items() if h != left_out})[1] == ()
    neither = {h: w for h, w in whole.items() if h not in ("Compelling Event", "Why Not Yet")}
    assert [gap.title for gap in read("SA Activity", neither)[1]] == ["Compelling Event or Why Not Yet"]


@pytest.mark.parametrize(
    ("heading", "words", "choices"),
    [
        ("SA Asks", "demo, technical Q&A, SOW", {"demo", "technical-qa", "sow"}),
        ("SA Asks", "a POC", {"pov"}),
        ("SA Asks", "help with the security questionnaire", {"questionnaire"}),
        ("SA Asks", "a speaker for a conference", {"event"}),
        ("SA Asks", "somebody at our booth", {"event"}),
        ("SA Asks", "Trade shows in May", {"event"}),
        ("SA Asks", "a hand", set()),
        ("Region", "EMEA Commercial", {"EMEA Commercial"}),
        ("Region", "Commercial, EMEA: Germany", {"EMEA"}),
        ("Region", "EMEA", {"EMEA"}),
        ("Region", "us-east", {"US East"}),
        ("Region", "AMER West", {"US West"}),
        ("Region", "APAC (Japan)", {"APAC", "APAC Japan"}),
        ("Region", "ANZ", {"APAC ANZ"}),
        ("Region", "apac", {"APAC"}),
        ("Region", "South-East Asia", {"APAC SEA"}),
        ("Region", "Middle East", {"EMEA"}),
        ("Segment", "Enterprise", {"enterprise"}),
        ("Segment", "MidMarket", {"commercial"}),
        ("Segment", "SMB", {"commercial"}),
        ("Segment", "Commercial, one of our named accounts", {"commercial"}),
        ("Segment", "Public Sector", set()),
        ("Deal Type", "new business", {"new business"}),
        ("Deal Type", "New - First Order", {"first order"}),
        ("Deal Type", "renewal with 200 more seats", {"growth", "renewal"}),
        ("Deal Type", "add-on", {"growth"}),
        ("Stage", "0", {"0"}),
        ("Stage", "stage 3", {"3"}),
        ("Stage", "3-Technical Evaluation", {"3"}),
        ("Stage", "Stage 2, moving to stage 3", {"2"}),
        ("Stage", "4 (80 %)", {"4"}),
        ("Stage", "Negotiating", {"5"}),
        ("Stage", "not at stage 3 yet", set()),
        ("POV Level", "a test environment", {"demo environment"}),
        ("POV Level", "non-production", {"demo environment"}),
        ("POV Level", "Pre-production", {"pre-production"}),
        ("POV Level", "preprod", {"pre-production"}),
        ("POV Level", "in production", {"production"}),
    ],
)
def test_choices_as_people_name_them(heading: str, words: str, choices: set[str]) -> None:
    answers, _ = read("SA Activity", {heading: words})
    assert next(a for a in answers if a.block.heading == heading).choices == choices


@pytest.mark.parametrize(
    ("words", "understood"),
    [
        ("Tue 17 March 10:00 CET", "Tue 17 Mar 2026, 10:00 Berlin (09:00 UTC)"),
        (
            "Tue 17 March 10:00",
            "Tue 17 Mar 2026, 10:00 New York (14:00 UTC): the board's time zone is assumed",
        ),
        ("Sat 14 March ET", "Sat 14 Mar 2026 New York: a closed day on the board"),
        ("tomorrow 8:00 ET", "Tue 3 Mar 2026, 08:00 New York (13:00 UTC): less than one working day ahead"),
    ],
)
def test_dates_are_understood_with_what_there_is_to_say_of_them(words: str, understood: str) -> None:
    answers, found = read("SA Activity", {"Preferred Date Options": words})
    assert next(a.understood for a in answers if a.text) == understood
    assert "Preferred Date Options" not in {gap.title for gap in found}


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("On-site", {"on-site"}),
        ("onsite, in Boston", {"on-site"}),
        ("At their office in Boston", {"on-site"}),
        ("in person, please", {"on-site"}),
        ("F2F", {"on-site"}),
        ("a visit", {"on-site"}),
        ("Not on-site", set()),
        ("Zoom", {"remote"}),
        ("remote, by video", {"remote"}),
        ("Boston", set()),
        ("either is fine", set()),
    ],
)
def test_the_place_of_a_meeting_is_on_site_or_remote(words: str, place: set[str]) -> None:
    answers, found = read("SA Activity", {"Meeting Place": words})
    assert next(a.choices for a in answers if a.text) == place
    assert "Meeting Place" not in {gap.title for gap in found}


@pytest.mark.parametrize(
    ("board", "words", "instant"),
    [
        ("emea", "Tue 17 March 2026 10:00 IST", "10:00 UTC"),
        ("apac", "Tue 17 March 2026 10:00 IST", "04:30 UTC"),
        ("us-east", "Tue 17 March 2026 10:00 IST", "04:30 UTC"),
        ("us-west", "Tue 17 March 2026 10:00 Pacific", "17:00 UTC"),
        ("apac", "Tue 17 March 2026 10:00 KST", "01:00 UTC"),
        ("sme", "Tue 17 March 2026 10:00 CET", "09:00 UTC"),
    ],
)
def test_abbreviations_mean_what_they_mean_on_that_board(board: str, words: str, instant: str) -> None:
    (validator,) = block("SA Activity", "Preferred Date Options").accepts
    options = validator.read(words, about(board)).value
    assert isinstance(options, tuple)
    (option,) = options
    assert f"{option.at:%H:%M} UTC" == instant


@pytest.mark.parametrize("board", BOARDS)
def test_each_board_knows_the_usual_zones(board: str, ruleset: Ruleset) -> None:
    zones = ruleset.boards[board].file.zones
    assert {"ET", "EST", "EDT", "Eastern", "CT", "PT", "Pacific", "CET", "GMT", "BST", "IST", "SGT"} <= set(
        zones
    )
    for zone in zones.values():
        ZoneInfo(zone)


LINK = "https://acme.my.salesforce.com/"


@pytest.mark.parametrize(
    ("customer", "opportunity", "gap"),
    [
        ("Acme Corp, " + LINK + "0068X00001abcdE", "", None),
        ("Acme Corp, " + LINK + "0018X00001abcdE", "", "the link is to an account"),
        ("Acme Corp", "", ""),
        ("Acme Corp, " + LINK + "0018X00001abcdE", LINK + "0068X00001abcdE", None),
    ],
)
def test_an_opportunity_may_stand_beside_the_customers_name(
    customer: str, opportunity: str, gap: str | None
) -> None:
    filled = examples(RULESET.templates["SA Activity"]) | {"Customer Information": customer}
    found = read("SA Activity", filled | {"Salesforce Opportunity": opportunity})[1]
    assert [g.title for g in found] == ([] if gap is None else ["Salesforce Opportunity"])
    assert gap is None or found[0].problem.startswith(gap)
