"""What we take from the parser's hands is as its own rules have it, but for what would take it too long."""

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.core.markdown import parsed, structure
from app.core.plain_markdown import plain_structure
from tests.conftest import ROOT

LIBRARY = MarkdownIt("commonmark").enable("table")
LINES = st.sampled_from(
    [
        "# one", "## two ##", "text", "---", "===", "> quote", "> # three", "- item", "  - below", "1. item", "   more",
        "```", "    code", "<!-- x", "-->", "<div>", "</div>", "[a]: b", "[a]: b 'c", "'", "[a", "]: b", "", "***",
        "~~~", "+ x", "* y", "#", "_ _ _", "9) z", "   > q",
        "\x0b", "\t", "| a | b |", "|-|-|", "a | b", "--- | ---", "| x |", "\\| a | b", "|:-:|", "> |-|", "> | a |",
    ]
)  # fmt: skip

# What is plain, beside what is nearly so.
PLAIN = st.sampled_from(
    [
        "", "text", "more # of it", "- item", "1. item", "* z", "+ q", "2) y", "- [ ] box | x", "**b**", "   more",
        "# one", "## two ##", "#", "# #", "##x", "####### x", " # x", "- # x", "# a |", "  - below", "    ", "    code",
        "<!-- c -->", "  <!-- c -->", "<!-- a --> <!-- b", "<!-- c", "  <!-- c", "c -->", "<!-->", "<!--->", "<!---->",
        "<!-- a | -->", "<!-- a |", "--|--", "|-|-|", "a | b", "|", ": |", "---", "===", "***", "_ _ _", "--", "-",
        "+", "- ", "1.", "- - a", "- 1. a", "-    code", "-     code", "-  ***", "12345678901. x", "-\ta", "-\x0b",
        "\x0c", "> q", "```", "[a]: b", "[a", "]: b", "<b>", "- <b>",
    ]
)  # fmt: skip
SIGNS = st.text(alphabet="#*_`~-=+>|[]()!<>:. \n01aA", max_size=24)


def headings_of_library(text: str) -> list[tuple[int, int, int, str]]:
    tokens = LIBRARY.parse(text)
    found = [(t, t.map, tokens[i + 1].content) for i, t in enumerate(tokens) if t.type == "heading_open"]
    return [(int(t.tag[1]), place[0], place[1], content) for t, place, content in found if place]


def lines_of_library(text: str, *kinds: str) -> set[int]:
    places = [token.map for token in LIBRARY.parse(text) if token.type in kinds and token.map]
    return {n + 1 for start, end in places for n in range(start, end)}


@settings(deadline=None, max_examples=500)
@given(st.lists(LINES, max_size=14).map("\n".join))
def test_the_structure_is_that_of_the_library(text: str) -> None:
    found = structure(text)
    assert [tuple(heading) for heading in found.headings] == headings_of_library(text)
    assert found.code == lines_of_library(text, "fence", "code_block")
    assert found.html == lines_of_library(text, "html_block")


@settings(deadline=None, max_examples=1000)
@given(st.one_of(st.lists(PLAIN, max_size=8).map("\n".join), SIGNS))
def test_what_is_taken_for_plain_is_as_the_parser_has_it(text: str) -> None:
    assert plain_structure(text) in (None, parsed(text))


def test_our_templates_are_plain() -> None:
    """The parser takes twenty times as long."""
    for path in (ROOT / "issue_templates").rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert plain_structure(text) == parsed(text), path


def test_what_follows_a_list_that_is_too_deep_is_read() -> None:
    for marks in ("- " * 30, "> " * 30, "1. " * 30, "> - " * 15):
        assert [h.text for h in structure(f"# before\n\n{marks}a\n\n# after\n").headings] == [
            "before",
            "after",
        ]
    nested = "".join(f"{'  ' * depth}- a\n" for depth in range(30))
    assert [h.text for h in structure(f"{nested}\n# after\n").headings] == ["after"]


def test_what_follows_a_link_of_very_many_lines_is_read() -> None:
    for start in ("[a]: b 'c\n", "[a\n"):
        assert [h.text for h in structure(start + "a\n" * 200 + "\n# after\n").headings] == ["after"]


def test_lines_are_counted_alike_whatever_ends_them() -> None:
    text = "a\n# b\n```\n# c\n```\n"
    assert structure(text) == structure(text.replace("\n", "\r\n")) == structure(text.replace("\n", "\r"))
