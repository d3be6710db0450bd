"""What runs as a quick action and what does not: facts of GitLab, one case each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.quick_actions import Command, extract


def names(text: str) -> list[str]:
    return [command.name for command in extract(text).commands]


@pytest.mark.parametrize(
    "text",
    [
        "/close",
        "some prose\n/close\nmore prose",
        "/CLOSE",
        "<!-- hidden -->\n/close",
        "/close   ",
        "/close\r\n",
        "/close now please",
        "a\n\n/close",
        "<details>\n<summary>x</summary>\n\n/close\n\n</details>",
        ">>>\n```\n>>>\n/close\n```",
        ">>>\n~~~\n>>>>\n/close\n~~~",
        ">>> [!note]\n```\n>>>\n/close\n```",
        "```a`b\n/close",
    ],
)
def test_a_command_line_in_a_top_level_paragraph_runs(text: str) -> None:
    assert names(text) == ["close"]


@pytest.mark.parametrize(
    "text",
    [
        "please /close",
        " /close",
        "   /close",
        "//close",
        "\\/close",
        "&#47;close",
        "\u200b/close",
        "/closed",
        "/unknown",
        "```\n/close\n```",
        "````\n```\n/close\n````",
        "~~~\n/close\n~~~",
        "    /close",
        "> /close",
        "> quoted\n/close",
        "- item\n/close",
        "- /close",
        "/close\n---",
        "| a | b |\n|---|---|\n/close",
        ">>>\n/close\n>>>",
        ">>>\n/close",
        "<!--\n/close\n-->",
        "<!-- x -->/close",
        "<details>\n/close\n</details>",
        "`code\n/close\n`",
        "text\n<b>\n/close\n</b>",
        "# heading /close",
    ],
)
def test_anything_else_stays_text(text: str) -> None:
    extracted = extract(text)
    assert extracted.commands == ()
    assert extracted.text == text.rstrip()


def test_several_commands_run_in_their_order_and_are_cut_out() -> None:
    extracted = extract('Done.\n/label ~"SA Doing" ~bug\n/assign @sam\nThanks  \n\n')
    assert extracted.text == "Done.\nThanks"
    assert extracted.commands == (Command("label", '~"SA Doing" ~bug'), Command("assign", "@sam"))


def test_carriage_returns_are_removed_before_anything_else() -> None:
    assert extract("a\r\n/close\r\nb\r\n").text == "a\nb"
    assert names("\r/close") == ["close"]


def test_known_commands_without_effect_are_cut_out_too() -> None:
    assert extract("hello\n/todo\n/spend 1h").text == "hello"


def test_shrug_leaves_its_figure_at_the_end() -> None:
    assert extract("well\n/shrug").text.endswith("¯\\_(ツ)_/¯")


@given(st.text(alphabet="ab /\n>`~-*<!#|\\", max_size=60))
def test_text_whose_lines_do_not_begin_with_a_slash_never_runs(text: str) -> None:
    guarded = "\n".join(f" {line}" if line.startswith("/") else line for line in text.split("\n"))
    assert extract(guarded).commands == ()


PIECES = st.lists(st.sampled_from(["/close", "\n", ">", "`", " ", "a", "<!--", "-->", "- "]), max_size=40)


@given(PIECES.map("".join))
def test_what_is_cut_out_are_whole_lines_and_the_rest_is_untouched(text: str) -> None:
    extracted = extract(text)
    kept = [line for line in text.split("\n") if not line.startswith("/close")]
    left = [line for line in extracted.text.split("\n") if not line.startswith("/close")]
    assert "\n".join(left).rstrip() == "\n".join(kept).rstrip()
