from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.ruleset import Ruleset
from app.core.sections import given_by, marker, own_words, sections, without_comments
from app.core.template import find_template, words_of

EXAMPLE = """intro
# One
a
## Two ##
b
```
# no heading
```
> # quoted

Three
-----
c
"""


def test_sections_follow_commonmark() -> None:
    found = [(s.title, s.level, s.line) for s in sections(EXAMPLE)]
    assert found == [("One", 1, 2), ("Two", 2, 4), ("quoted", 1, 9), ("Three", 2, 11)]


def test_windows_line_ends_change_nothing() -> None:
    assert [s.title for s in sections(EXAMPLE.replace("\n", "\r\n"))] == [s.title for s in sections(EXAMPLE)]


@pytest.mark.parametrize(
    ("body", "template", "words"),
    [
        pytest.param("Acme", "", "Acme", id="text"),
        pytest.param("<!-- hint -->\nAcme", "<!-- hint -->", "Acme", id="a hint above"),
        pytest.param("<!-- hint -->", "<!-- hint -->", "", id="only the hint"),
        pytest.param("<!-- Acme", "", "", id="a comment that never ends"),
        pytest.param(
            "When would they like to talk?", "When would they like to talk?", "", id="prose untouched"
        ),
        pytest.param(
            "when would  they like to talk", "When would they like to talk?", "", id="nearly untouched"
        ),
        pytest.param("Example: Acme\nGlobex", "Example: Acme", "Globex", id="prose and an answer"),
        pytest.param("- Name: Acme\n- Link:", "- Name:\n- Link:", "Acme", id="a line that was continued"),
        pytest.param("- Name:\n- Link:", "- Name:\n- Link:", "", id="lines that were not"),
        pytest.param("- [ ] Self-hosted\n- [x] Cloud", "", "Self-hosted\n[x] Cloud", id="a list"),
        pytest.param("____\n---\n***", "", "", id="rules and blanks"),
        pytest.param("TBD", "", "", id="to be defined"),
        pytest.param("tbd.", "", "", id="to be defined, small"),
        pytest.param("?", "", "", id="a question mark"),
        pytest.param("/opt/gitlab, /etc/gitlab", "", "/opt/gitlab, /etc/gitlab", id="a path is no command"),
        pytest.param("n/a", "", "n/a", id="not applicable is an answer"),
        pytest.param("> quoted", "", "quoted", id="a quote"),
        pytest.param("日本語", "", "日本語", id="another script"),
    ],
)
def test_what_somebody_wrote_is_what_the_template_did_not(body: str, template: str, words: str) -> None:
    assert own_words(without_comments(body), given_by(template)) == words


@settings(deadline=None)
@given(st.text(max_size=3000))
def test_any_text_can_be_read(text: str) -> None:
    for section in sections(text):
        own_words(without_comments(section.body), given_by(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<!-- triage-template: sa-activity v1 -->", ("sa-activity", 1)),
        ("text\n<!--triage-template: follow-up v12-->", ("follow-up", 12)),
        ("triage-template: sa-activity v1", None),
        ("<!-- triage-template: sa-activity -->", None),
    ],
)
def test_markers(text: str, found: tuple[str, int] | None) -> None:
    assert marker(text) == found


@pytest.mark.parametrize("name", ["SA Activity", "Follow Up", "Vendor Security Assessment"])
def test_a_template_untouched_says_nothing_and_filled_says_all(ruleset: Ruleset, name: str) -> None:
    template = ruleset.templates[name]
    assert not any(w.own for w in words_of(template.text, template).values())
    from app.core.sections import heading_key

    text = template.filled({heading_key(f.heading): f.example for f in template.file.blocks})
    assert all(w.own for w in words_of(text, template).values())
    assert find_template(text, ruleset.templates, "SA Activity").template is template


def test_a_template_is_found_by_its_headings_when_the_marker_is_gone(ruleset: Ruleset) -> None:
    text = ruleset.templates["Follow Up"].text.split("-->", 1)[1]
    match = find_template(text, ruleset.templates, "SA Activity")
    assert (match.template.name, match.likeness) == ("Follow Up", 1.0)


def test_the_text_of_an_earlier_version_is_no_answer(ruleset: Ruleset) -> None:
    template = ruleset.templates["SA Activity"]
    assert template.earlier
    for text in template.earlier:
        assert find_template(text, ruleset.templates, "Follow Up").template is template
        assert not any(w.own for w in words_of(text, template).values())


def test_too_little_likeness_means_the_boards_own_template(ruleset: Ruleset) -> None:
    match = find_template("## Due Date\ntomorrow", ruleset.templates, "SA Activity")
    assert match.template.name == "SA Activity"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("### Demo\n\nOne hour, please.", " Demo\nOne hour, please."),
        ("## Our own heading\n\nOne hour.", "Our own heading\nOne hour."),
        ("# of users: 500", "of users: 500"),
        ("Acme Corp\n---", "Acme Corp"),
    ],
)
def test_headings_of_the_requesters_own_belong_to_the_block_above(
    ruleset: Ruleset, answer: str, words: str
) -> None:
    template = ruleset.templates["SA Activity"]
    text = template.text.replace("## SA Asks", f"## SA Asks\n\n{answer}\n")
    found = words_of(text, template)
    assert found["sa asks"].own == words.strip()


@pytest.mark.parametrize(
    "form",
    [
        "**{h}**: x y",
        "**{h}:** x y",
        "- {h}: x y",
        "- [ ] **{h}**: x y",
        "**{h}**\nx y",
        "{h}:\nx y",
        "## {h}: x y",
        "## 1. {h}\nx y",
        "## :pushpin: {h}\nx y",
        "### 📅 {h}\r\nx y",
        "## {h} *(required)*\nx y",
        "##{h}\nx y",
    ],
)
def test_a_block_is_found_however_its_name_is_written(ruleset: Ruleset, form: str) -> None:
    template = ruleset.templates["SA Activity"]
    text = "\n\n".join(form.format(h=f.heading) for f in template.file.blocks)
    assert all(w.own for w in words_of(text, template).values())


@pytest.mark.parametrize(
    "answer",
    [
        '/label ~"x"',
        "/assign @sam",
        "<br>",
        "&nbsp;",
        "</details>",
        "```python\n```",
        "T.B.D.",
        "To do",
        "What do you need from the SAs: a demo, technical Q&A, an SOW, ...?",
    ],
)
def test_what_is_no_answer_fills_no_block(ruleset: Ruleset, answer: str) -> None:
    template = ruleset.templates["SA Activity"]
    text = template.text.replace("## SA Asks\n", f"## SA Asks\n\n{answer}\n")
    found = words_of(text, template)
    assert found["sa asks"].own == ""


def test_the_bots_own_list_pasted_back_answers_nothing(ruleset: Ruleset) -> None:
    template = ruleset.templates["SA Activity"]
    lines = [f"- [ ] **{f.heading}**: {f.ask}, such as `{f.example}`" for f in template.file.blocks]
    assert not any(w.own for w in words_of("\n".join(lines), template).values())


@pytest.mark.parametrize(
    "text", ["![" * 50_000, "[" * 100_000, ">" * 100_000, "a" * 1_000_000, "<!--" * 25_000]
)
def test_a_hostile_description_is_read_quickly(ruleset: Ruleset, text: str) -> None:
    template = ruleset.templates["SA Activity"]
    started = perf_counter()
    words_of(template.text + "\n" + text, template)
    assert perf_counter() - started < 10  # a guard against a blow-up, not a measurement


def test_the_same_heading_twice_counts_by_both(ruleset: Ruleset) -> None:
    template = ruleset.templates["SA Activity"]
    found = words_of(template.text + "\n## SA Asks\n\nA demo.\n", template)
    assert found["sa asks"].own == "A demo."
