"""What holds for all kinds: any text is read, quickly, and what they say can be overridden."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.core.validators import About, Reading
from tests.core.validators.conftest import ABOUT, OFFICE, VALIDATOR

AT_WORK = replace(ABOUT, calendar=OFFICE.counting("working_days"))
KINDS = {
    "text": {"min_words": 3},
    "sentence": {},
    "choice": {"options": {"self-hosted": ["on-prem", "自社"], "cloud": ["aws"]}, "many": True},
    "link": {"hosts": ["*.my.salesforce.com"], "what": "opportunity", "bare_id": True},
    "dates": {"lead": "2d", "min_options": 2},
    "money": {"currency": "USD", "minimum": 10000},
    "person": {"role": "the champion"},
    "checklist": {"items": {"Metrics": ["M"], "Champion": []}},
    "questions": {"questions": ["What is it?", "Are the objectives clear to them?"]},
    "reference": {"hosts": ["gitlab.example"]},
}
READERS = {kind: VALIDATOR.validate_python({"kind": kind, **given}) for kind, given in KINDS.items()}
PIECES = [
    *[
        "TBD",
        "[x] ",
        "- [ ] ",
        "https://",
        "acme.my.salesforce.com/",
        "0068X00001abcdE",
        "@alice",
        "@",
        "#12",
        "&5",
    ],
    *[
        "g/p",
        "$",
        "€",
        "10k",
        "10,000",
        "1.",
        "-",
        " - ",
        " or ",
        "/",
        "3/4",
        "Tue",
        "March",
        "31",
        "10am",
        "25:99",
    ],
    *[
        "ET",
        "UTC+99",
        "+05:30",
        "America/Argentina",
        "next",
        "week",
        "in 99 weeks",
        "Metrics",
        ":",
        "?",
        "What is it?",
    ],
    *[
        "\n",
        "\r",
        "\t",
        "|",
        "[",
        "](",
        "<",
        ">",
        "(",
        ")",
        "\\",
        "\u202e",
        "\u0000",
        "\u2028",
        "é",
        "日本",
        "ภาษา",
    ],
    *[
        "٣",
        "²",
        "ſ",
        "İ",
        "9" * 30,
        "next Tue",
        "yesterday",
        "in a month",
        "Feb 29",
        "24:00",
        "12pm",
        "00/00",
    ],
]
NASTY = [
    *[
        "a",
        " ",
        "1",
        ".",
        ",",
        "(",
        "[a",
        "](",
        "<",
        "$1",
        "- ",
        "a/",
        "a.",
        "@a",
        "#1",
        "\n",
        "x\n",
        "a?\n",
        "1 ",
    ],
    *[
        "1,111",
        "10-",
        "https://a.b/",
        "https://)",
        "日",
        "; ",
        "not ",
        "Aa ",
        "0068X",
        "March ",
        "1/1/",
        " or ",
    ],
    *["Metrics: ", "[ ] ", "> ", "ET ", "\t", "cloud ", "1\n", "?:", "usd", "- a\n", "|--|\n", "no ", "@a "],
]


# Kinds again with what is off in KINDS and reads the text in another way.
MORE = {
    "text": {"number": True, "allow_na": True},
    "link": {"bare_reference": True, "allow_na": True},
    "dates": {"zone": "recommended", "lead": "5d"},
    "person": {"each": True},
    "reference": {"allow_na": True},
}
READERS |= {
    f"{kind}, more": VALIDATOR.validate_python({"kind": kind, **given}) for kind, given in MORE.items()
}


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=50, deadline=None)
@given(text=st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)))
def test_any_text_is_read(kind: str, text: str) -> None:
    reading = READERS[kind].read(text, AT_WORK)
    assert isinstance(reading, Reading)
    assert not (reading.problem and reading.doubtful)
    assert "\n" not in reading.problem


@pytest.mark.parametrize("kind", READERS)
def test_long_texts_are_read_in_linear_time(kind: str) -> None:
    reader = READERS[kind]
    reader.read("Tue 3 March 10am ET", AT_WORK)
    for i, piece in enumerate(NASTY):
        text = piece * (100_000 // len(piece))
        around = (text, f"x\n{text}x", f"{text} z")[i % 3]
        assert seconds(reader.read, around) < 3, piece


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("piece", ["a", "[", "1 ", "https://a.b/)"])
def test_a_line_of_a_megabyte_is_read(kind: str, piece: str) -> None:
    assert seconds(READERS[kind].read, piece * (1_000_000 // len(piece))) < 15


def seconds(read: Callable[[str, About], Reading], text: str) -> float:
    """Processor time, so that a busy machine makes no slow validator."""
    began = time.process_time()
    read(text, AT_WORK)
    return time.process_time() - began


@pytest.mark.parametrize("kind", KINDS)
def test_its_words_may_be_overridden(kind: str) -> None:
    own = VALIDATOR.validate_python(
        {"kind": kind, **KINDS[kind], "message": "Please: {problem}!", "example": "So."}
    )
    plain = READERS[kind].read("", ABOUT).problem
    assert plain
    assert own.read("", ABOUT).problem == f"Please: {plain}!"
    assert own.example == "So."


@pytest.mark.parametrize("kind", KINDS)
def test_its_own_example_is_a_good_answer(kind: str) -> None:
    shipped = {"link": {"what": "opportunity"}, "checklist": KINDS["checklist"], "choice": KINDS["choice"]}
    extra = shipped.get(kind, {"questions": ["Is it agreed?"]} if kind == "questions" else {})
    reader = VALIDATOR.validate_python({"kind": kind, **extra})
    if reader.example:
        assert reader.read(reader.example, ABOUT).problem == ""


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_documented(kind: str) -> None:
    reader = READERS[kind]
    assert "Example:" in (reader.__doc__ or "")
    assert all(info.description for name, info in type(reader).model_fields.items() if name != "kind")


@pytest.mark.parametrize("message", ["{nothing}", "{", "{problem.__class__}"])
def test_a_message_with_an_unknown_placeholder_is_refused(message: str) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate_python({"kind": "text", "message": message})


@pytest.mark.parametrize("kind", READERS)
def test_who_reads_the_block_whole_is_told(kind: str) -> None:
    whole = {"choice", "checklist", "questions", "text, more", "person, more"}
    assert READERS[kind].reads_whole is (kind in whole)


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(ValidationError, match="unknown keys"):
        VALIDATOR.validate_python({"kind": "text", "min_wrods": 3})
