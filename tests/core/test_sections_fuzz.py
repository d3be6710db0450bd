"""Any description at all can be read: no text raises, and none takes long."""

from datetime import UTC, datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.core.answers import Answer, gaps, read_answers
from app.core.blocks import marks
from app.core.outline import outline
from app.core.sections import heading_key, marker, sections
from app.core.template import BlockSpec, Template, TemplateFile, find_template
from app.core.validators import About
from app.rulebook import load
from benchmarks.nasty import KINDS
from tests.conftest import ROOT

RULESET = load(ROOT / "rules", examples=False)
TEMPLATES = RULESET.templates
ABOUT = About(
    asked_at=datetime(2026, 3, 2, 14, tzinfo=UTC),
    zone=ZoneInfo("America/New_York"),
    zones=RULESET.boards["us-east"].file.zones,
    people=frozenset({"alice", "sam"}),
    issue="group/project#1",
)
BLOCKS = [(name, block.heading) for name, template in TEMPLATES.items() for block in template.file.blocks]
ENDS = st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\n\r", "", " ", "\u2028", "\x0b", "\x0c", "\x85"])
HEADINGS = st.sampled_from([heading for _, heading in BLOCKS])
FORMS = st.sampled_from(
    [
        "## {}",
        "# {} ##",
        "{}\n---",
        "**{}:** ",
        "{}: ",
        "- [ ] **{}**",
        "##{}",
        "> ## {}",
        "<h2>{}</h2>",
        "1. {}",
        "<!-- {}",
    ]
)
PIECES = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="#*_`~-=+>|[]()!<>:/\\ \t0123456789.xaA", max_size=20),
    st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Zs", "Zl"]), max_size=8),
    st.sampled_from([make(60) for make in KINDS.values()]),
    st.builds(str.format, FORMS, HEADINGS),
    st.sampled_from(
        ["<!--", "-->", "```", "~~~", "    ", ">>>", "<details>", "</details>", "<pre>", "- ", "> ", "1. "]
    ),
    st.sampled_from([line for template in TEMPLATES.values() for line in template.text.splitlines()]),
)
DESCRIPTIONS = st.lists(st.tuples(PIECES, ENDS), max_size=40).map(
    lambda parts: "".join(a + b for a, b in parts)
)


def read(description: str) -> tuple[Answer, ...]:
    """The whole way from a description to what it lacks."""
    template = find_template(description, TEMPLATES, "SA Activity").template
    answers = read_answers(description, template, ABOUT)
    gaps(answers, template)
    return answers


@settings(deadline=None, max_examples=300)
@given(DESCRIPTIONS)
def test_any_description_can_be_read(description: str) -> None:
    assert read(description) == read(description)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(TEMPLATES)), DESCRIPTIONS)
def test_anything_can_stand_in_any_block(name: str, words: str) -> None:
    template = TEMPLATES[name]
    text = template.filled({block.key: words for block in template.file.blocks})
    gaps(read_answers(text, template, ABOUT), template)


@settings(deadline=None, max_examples=150)
@given(DESCRIPTIONS)
def test_any_text_is_a_template_that_untouched_says_nothing(text: str) -> None:
    """But for texts in which a label names a block that stands elsewhere: that is an answer to it."""
    found = [section for section in outline(text) if section.key]
    blocks = {s.key: BlockSpec(heading=s.title, ask="what is asked", example="Good.") for s in found}
    assume(blocks)
    template = Template("Any", TemplateFile(id="any", version=1, blocks=list(blocks.values())), text)
    assume({mark.line for mark in marks(text, template.names).lines} <= {section.line for section in found})
    assert [a.block.heading for a in read_answers(text, template, ABOUT) if not a.missing] == []


@settings(deadline=None, max_examples=150)
@given(DESCRIPTIONS)
def test_sections_are_the_text_in_order(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = outline(text)
    assert found
    assert [s.line for s in found] == sorted({s.line for s in found})
    assert all(1 <= s.line <= len(lines) for s in found)
    assert found == sections(text) or not sections(text)
    for section in found:
        assert heading_key(section.title) == section.key
        assert all(line in lines for line in section.body.split("\n")[1:])


@settings(deadline=None)
@given(st.integers(min_value=0), st.text(alphabet="-_ \t0٣9", max_size=30))
def test_any_marker_can_be_read(version: int, words: str) -> None:
    marker(f"<!-- triage-template: x v{version} -->")
    marker(f"<!-- triage-template: x{words} v{words} -->")
    read("<!-- triage-template: sa-activity v" + "9" * 5000 + " -->")


@pytest.mark.parametrize("kind", KINDS)
def test_no_hostile_text_takes_long(kind: str) -> None:
    """Guards against a blow-up, no measurement: benchmarks/reading.py measures."""
    blocks = TEMPLATES["SA Activity"].file.blocks
    words = KINDS[kind](100_000 // len(blocks))
    text = "".join(f"## {block.heading}\n\n{words}\n\n" for block in blocks)
    started = process_time()
    read(text)
    assert process_time() - started < 20


def test_a_line_of_a_megabyte_is_read() -> None:
    started = process_time()
    for line in ("a" * 1_000_000, "# " + " a" * 500_000, "> " * 500_000, "SA Asks: " + "b" * 1_000_000):
        read(TEMPLATES["SA Activity"].text + "\n" + line)
    assert process_time() - started < 60
