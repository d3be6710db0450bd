import pytest
from pydantic import ValidationError

MEETING = """
kind: questions
questions:
  - What are we attempting to accomplish?
  - Are the objectives clear to the customer?
  - Have expecatations been managed and clearly discussed?
"""
ALL = """**What are we attempting to accomplish?** A pipeline.

- Are the objectives clear to the customer?
Yes.
Have expectations been managed and clearly discussed? no
"""


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        (ALL, 3),
        (ALL.replace("Yes.", ""), 2),
        (ALL.replace("Yes.", "TBD"), 2),
        (ALL.replace("Yes.", "..."), 2),
        (ALL.replace("? no", "?"), 2),
        (ALL.replace("? no", "?\n/label ~POV"), 2),
        (ALL.replace("Are the", "Are our"), 3),
        ("Are the objectives clear to the customer: yes", 1),
        ("are the objectives clear to the customer\nyes", 1),
    ],
)
def test_each_question_wants_an_answer(read, text, answered) -> None:
    reading = read(MEETING, text)
    assert sum(1 for given in reading.value if given.answer) == answered
    assert (reading.problem == "") is (answered == 3)


def test_some_may_be_enough(read) -> None:
    two = ALL.replace("Yes.", "")
    assert read(MEETING + "need: 2", two).problem == ""
    assert read(MEETING + "need: 3", two).problem == (
        '2 of 3 answered, 3 are needed; still open: "Are the objectives clear to the customer?"'
    )


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("A pipeline.\nYes.", False),
        ("A pipeline.\nYes.\nNo.", True),
        ("A pipeline. Yes. No.", True),
        ("TBD", False),
    ],
)
def test_answers_without_their_questions_are_doubtful(read, text, fine) -> None:
    reading = read(MEETING, text)
    assert (reading.problem == "", reading.doubtful) == (fine, fine)


@pytest.mark.parametrize(
    ("yaml", "fault"),
    [("[Why?, why]", "each question must be there once"), ("['?']", "have letters"), ("[]", "at least 1")],
)
def test_questions_that_cannot_be_told_apart_are_refused(read, yaml, fault) -> None:
    with pytest.raises(ValidationError, match=fault):
        read(f"kind: questions\nquestions: {yaml}", "")
