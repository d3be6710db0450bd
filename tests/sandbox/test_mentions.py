"""Whom a text names, and to which issues it refers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.mentions import mentioned, other_references, referenced, shape


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hello @sam", {"sam"}),
        ("@Sam, @sofia.", {"sam", "sofia"}),
        ("(@triage-bot)", {"triage-bot"}),
        ("@gitlab-com/customer-success please", {"gitlab-com/customer-success"}),
        ("@all", {"all"}),
        ("> quoted @sam", {"sam"}),
        ("**bold**@sam", {"sam"}),
        ("&#64;sam", {"sam"}),
        ("<div>@sam</div>", {"sam"}),
        ("| a |\n|---|\n| @sam |", {"sam"}),
        (">>>\n@sam\n>>>", {"sam"}),
        (">>>\n```\n>>>\n@sam\n```", {"sam"}),  # the quote ends first, though the line is within a fence
    ],
)
def test_these_name_somebody(text: str, names: set[str]) -> None:
    assert mentioned(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "foo@bar",
        "\\@sam",
        "`@sam`",
        "```\n@sam\n```",
        "    @sam",
        "<!-- @sam -->",
        "text <!-- @sam --> text",
        "[@sam](https://example.com)",
        "https://example.com/@sam",
        "@\u200bsam",
        "<code>@sam</code>",
        "<pre>@sam</pre>",
        "@",
        "",
    ],
)
def test_these_name_nobody(text: str) -> None:
    assert mentioned(text) == set()


@given(st.text(alphabet="@sam`\\ <>&;#64\n-", max_size=40))
def test_text_in_a_fence_longer_than_any_run_in_it_names_nobody(text: str) -> None:
    fence = "`" * (text.count("`") + 3)
    assert mentioned(f"{fence}\n{text}\n{fence}") == set()


def test_references_are_found_in_text_and_in_links() -> None:
    url = "http://gitlab.example/group/project/-/issues/7"
    assert referenced(f"see #12, emea-triage#3 and {url}") == {
        ("", 12),
        ("emea-triage", 3),
        ("group/project", 7),
    }
    assert referenced(f"[here]({url})") == {("group/project", 7)}
    assert referenced("`#12` and \\#13 and &#47;") == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("see !12", "merge request"),
        ("see group/project!12", "merge request"),
        ("~bug", "label"),
        ('~"needs triage"', "label"),
        ("%17.1", "milestone"),
        ("$12", "snippet"),
        ("&12", "epic"),
        ("^alert#3", "alert"),
        ("*iteration:3", "iteration"),
        ("\\[vulnerability:3]"[1:], "bracketed"),
        ("done in 0123abc", "commit"),
        (":tada:", "emoji"),
        ("www.example.com", "address"),
        ("<https://example.com>", "address"),
        ("[a](https://example.com)", "address"),
    ],
)
def test_other_references_are_found_and_code_hides_them(text: str, kind: str) -> None:
    assert kind in {found for found, _ in other_references(text)}
    assert other_references(f"`` {text} ``") == set()


@pytest.mark.parametrize(
    "text", ["a ~ b", "50 % of", "C&A", "&amp;", "\\~bug", "\\!12", "$10k", "10:30:00", "deed"]
)
def test_these_refer_to_nothing(text: str) -> None:
    assert other_references(text) == set()


def test_the_shape_of_a_text_is_its_tags_and_comments() -> None:
    made = shape("<!-- key -->\n<details><summary>a</summary>\n\n`</details>`\n\n</details>")
    assert made.tags == ("details", "summary", "/summary", "p", "code", "/code", "/p", "/details")
    assert made.comments == (" key ",)
