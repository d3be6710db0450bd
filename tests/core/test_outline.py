"""Texts without headings, read as people see them; and which labels open a block where there are headings."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.core.answers import gaps, read_answers
from app.core.outline import outline
from app.core.ruleset import Ruleset
from app.core.sections import sections
from app.core.template import BlockSpec, Template, TemplateFile, find_template, words_of
from app.core.validators import About

ABOUT = About(datetime(2026, 3, 2, 14, tzinfo=UTC), ZoneInfo("UTC"), {})
BOLD = """Thank you!

**Name:**

**What do you need?**
<!-- A sentence or two. -->

* **Due date:** <!-- YYYY-MM-DD -->
"""
LABELS = """Name: <!-- of the customer -->
- What is needed:

Due date: ____

Note: this is read on Mondays.

/label ~"x"
"""
QUESTIONS = """Please answer.

1. What is the name?
2. What do you need?

   Be brief.
3. When is it due?
"""
HTML = """<h2>Name</h2>

<h3 class="x"><b>What do you need?</b></h3> Be brief.

<h2>Due date</h2>
"""
LOOSE = {"bold": BOLD, "labels": LABELS, "questions": QUESTIONS, "html": HTML}


def template(text: str, name: str = "Loose") -> Template:
    blocks = [BlockSpec(heading=s.title, ask="what is asked", example="Good.") for s in outline(text)]
    return Template(name, TemplateFile(id="loose", version=1, blocks=blocks), text)


def own(text: str, of: Template) -> dict[str, str]:
    return {key: words.own for key, words in words_of(text, of).items()}


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        pytest.param(BOLD, ["Name", "What do you need?", "Due date"], id="bold"),
        pytest.param(LABELS, ["Name", "What is needed", "Due date"], id="labels"),
        pytest.param(
            QUESTIONS, ["What is the name?", "What do you need?", "When is it due?"], id="questions"
        ),
        pytest.param(HTML, ["Name", "What do you need?", "Due date"], id="html"),
        pytest.param("**A**\nx\n**B**\nName:\n", ["A", "B"], id="the strongest marks alone count"),
        pytest.param("__A__\n\n***B***\n", ["A", "B"], id="other bold marks"),
        pytest.param("**A**: x\r\n**B**: y\r\n", ["A", "B"], id="Windows line ends"),
        pytest.param("姓名：\n日期：\n", ["姓名", "日期"], id="full-width colons"),
        pytest.param("Name:\n```\nDue:\nLink:\n```\n", ["Description"], id="code"),
        pytest.param("Name:\n<!-- x\nDue:\n-->\n", ["Description"], id="a comment"),
        pytest.param("say <!-- x\nName:\nDue:\n-->\n", ["Description"], id="a comment within a line"),
        pytest.param("**Read this first**\n\nText.\n", ["Description"], id="one bold line is emphasis"),
        pytest.param("Please do:\n- [ ] a\n- [ ] b\n", ["Description"], id="one label leads to a list"),
        pytest.param(
            "**Stop.** Read.\n\n**Do not ask!**\n**Read it.**", ["Description"], id="bold sentences"
        ),
        pytest.param("- **one**\n- **two**\n", ["Description"], id="bold items"),
        pytest.param("/cc @a:\n/label ~b:\n", ["Description"], id="quick actions"),
        pytest.param("Product: GitLab\nVersion: 17\n", ["Description"], id="labels that are answered"),
        pytest.param("Thank you for asking.", ["Description"], id="a line"),
        pytest.param("<!-- Tell us. -->", ["Description"], id="only a comment"),
        pytest.param("", ["Description"], id="nothing"),
        pytest.param("**A**\n# B\n**C**\n", ["B"], id="a heading"),
    ],
)
def test_the_outline_is_what_people_see(text: str, titles: list[str]) -> None:
    assert [s.title for s in outline(text)] == titles


def test_with_headings_the_outline_is_the_sections() -> None:
    text = "# One\n**Two:** x\n\nThree\n---\n"
    assert outline(text) == sections(text)


def test_what_follows_a_name_on_its_line_belongs_to_the_body() -> None:
    assert outline(BOLD)[2].body.strip() == "<!-- YYYY-MM-DD -->"
    assert outline(HTML)[1].body.strip() == "Be brief."


@pytest.mark.parametrize(
    "text", [*LOOSE.values(), "Thank you.", "<!-- Tell us. -->", ""], ids=lambda t: t[:9]
)
def test_a_template_without_headings_untouched_says_nothing(text: str) -> None:
    mine = template(text)
    answers = read_answers(text, mine, ABOUT)
    assert all(answer.missing for answer in answers)
    assert len(gaps(answers, mine)) == len(answers) > 0


@pytest.mark.parametrize("name", LOOSE)
@pytest.mark.parametrize("answer", ["Acme.", "**Acme**", "Acme: all of it", "## Acme\n\nAll of it."])
def test_a_template_without_headings_is_filled_below_its_lines(name: str, answer: str) -> None:
    mine = template(LOOSE[name])
    lines = LOOSE[name].split("\n")
    for section in reversed(outline(LOOSE[name])):
        lines[section.line : section.line] = ["", answer, ""]
    assert all(own("\n".join(lines), mine).values())


@pytest.mark.parametrize("name", LOOSE)
def test_a_template_without_headings_is_filled_on_its_lines(name: str) -> None:
    mine = template(LOOSE[name])
    lines = LOOSE[name].split("\n")
    for section in outline(LOOSE[name]):
        lines[section.line - 1] += " Acme"
    assert all("Acme" in said for said in own("\n".join(lines), mine).values())


def test_a_text_without_structure_is_one_block() -> None:
    mine = template("Thank you for submitting an issue.")
    assert mine.whole
    assert own("Thank you for submitting an issue.\n\n# It\n\nhurts", mine) == {"description": "# It\nhurts"}


def test_a_template_without_structure_is_found_by_its_marker_alone(ruleset: Ruleset) -> None:
    mine = template("<!-- triage-template: loose v1 -->\nThank you.")
    templates = {**ruleset.templates, mine.name: mine}
    assert find_template(mine.text, templates, "SA Activity").template is mine
    assert find_template("Thank you.", templates, "SA Activity").template.name == "SA Activity"


def test_a_section_that_nobody_has_to_fill_ends_the_block_above() -> None:
    file = TemplateFile(id="loose", version=1, blocks=[BlockSpec(heading="Name", ask="who", example="Acme")])
    mine = Template("Loose", file, "**Name:**\n\n**Log:**\n")
    assert own("**Name:**\n\n**Log:**\nstarted\n", mine) == {"name": ""}


@pytest.mark.parametrize(
    "form",
    ["<h2>{h}</h2>\n\nx y", "<h3><b>{h}</b> (required)</h3>\nx y", "1. **{h}**: x y"],
)
def test_other_marks_are_understood_where_there_are_no_headings(ruleset: Ruleset, form: str) -> None:
    template = ruleset.templates["SA Activity"]
    text = "\n\n".join(form.format(h=b.heading) for b in template.file.blocks)
    assert all(own(text, template).values())


@pytest.mark.parametrize("line", ["<h2>SA Asks</h2>", "1. **SA Asks**: x", "1. SA Asks: x"])
def test_among_headings_they_are_content(ruleset: Ruleset, line: str) -> None:
    template = ruleset.templates["SA Activity"]
    text = f"## Customer Information\n\nAcme\n\n{line}\n\nBoston\n"
    assert own(text, template)["sa asks"] == ""
    assert "Boston" in own(text, template)["customer information"]


@pytest.mark.parametrize("label", ["SA Asks: x", "- SA Asks: x", "SA Asks:", "- [ ] SA Asks: x"])
def test_a_plain_label_takes_nothing_from_a_block_when_its_own_has_a_heading(
    ruleset: Ruleset, label: str
) -> None:
    template = ruleset.templates["SA Activity"]
    text = template.text.replace("## Required Cap", f"Slow.\n{label}\nVery slow.\n\n## Required Cap")
    said = own(text, template)
    assert said["challenges pain points"].startswith("Slow.")
    assert said["challenges pain points"].endswith("Very slow.")
    assert said["sa asks"] == ""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("## Customer Information\nAcme\nSA Asks: a demo", id="its block has no heading"),
        pytest.param(
            "SA Asks: a demo\n\n## Customer Information\nAcme\n## SA Asks\n", id="above all headings"
        ),
        pytest.param("## Customer Information\nAcme\n**SA Asks**: a demo\n## SA Asks\n", id="it is bold"),
        pytest.param(
            "## Customer Information\nAcme\n## SA Asks\nSA Asks: a demo", id="below its own heading"
        ),
        pytest.param("Customer Information: Acme\nSA Asks: a demo", id="all are labels"),
        pytest.param("Customer Information: Acme\nSA Asks: a demo\n## ?\n", id="the heading is another one"),
    ],
)
def test_a_label_opens_its_block_otherwise(ruleset: Ruleset, text: str) -> None:
    said = own(text, ruleset.templates["SA Activity"])
    assert (said["customer information"], said["sa asks"]) == ("Acme", "a demo")


def test_a_name_with_a_number_or_a_demand_in_the_template_is_found() -> None:
    mine = template("## 1. Summary\n\n## Logs (optional)\n\n## :tools: Fix\n")
    assert own("## 1. Summary\na\n## Logs (optional)\nb\n## :tools: Fix\nc\n", mine) == {
        "1 summary": "a",
        "logs optional": "b",
        "tools fix": "c",
    }
