import pytest
from pydantic import ValidationError

MEDDPPICC = """
kind: checklist
need: 7
items:
  Metrics: [M]
  Economic Buyer: [EB]
  Decision Criteria: [DC]
  Decision Process: [DP]
  Paper Process: [PP]
  Identified Pain: [Implicate the Pain, Identify Pain, IP]
  Champion: [CH]
  Competition: [Competitors]
"""
SIX = """Metrics: 20 % fewer incidents
**Economic Buyer**: Jane Roe
- Decision Criteria - speed
- [x] Decision Process
Paper Process (who signs?): legal
| Identify Pain | slow releases |
"""


@pytest.mark.parametrize(
    ("more", "there"),
    [
        ("", 6),
        ("Champion: TBD", 6),
        ("Champion:", 6),
        ("- [ ] Champion", 6),
        ("Champion (name):", 6),
        ("Championship: won", 6),
        ("- [ ] Champion\n\n/label ~POV", 6),
        ("- Champion: Bob", 7),
        ("CH: Bob", 7),
        ("**Champion:** Bob", 7),
        ("- [ ] Champion: Bob", 7),
        ("- [x] Champion", 7),
        ("### Champion\n\nBob Stone", 7),
        ("champion – Bob", 7),
        ("Champion: Bob\nCompetitors = Jenkins", 8),
    ],
)
def test_an_item_counts_when_something_stands_there(read, more, there) -> None:
    reading = read(MEDDPPICC, SIX + more)
    assert len(reading.value) == there
    assert (reading.problem == "") is (there >= 7)


def test_the_problem_names_what_is_open(read) -> None:
    assert (
        read(MEDDPPICC, SIX).problem == "still open: Champion and Competition (6 of the 7 needed are there)"
    )
    assert read("kind: checklist\nitems: {Why: [], What: []}", "Why: so").problem == "still open: What"


def test_bare_names_are_no_answers(read) -> None:
    assert read(MEDDPPICC, "Metrics\nEconomic Buyer\nChampion").value == frozenset()


@pytest.mark.parametrize("text", ["M is for metrics", "ip 10.0.0.1", "EB"])
def test_short_names_need_a_colon(read, text) -> None:
    assert read(MEDDPPICC, text).value == frozenset()


@pytest.mark.parametrize(
    ("yaml", "fault"),
    [
        ("items: {A: [], B: []}\nneed: 3", "need is 3, but there are 2 items"),
        ("items: {A: [x], B: [x]}", 'names both "A" and "B"'),
        ("items: {}", "at least 1"),
    ],
)
def test_lists_that_cannot_be_filled_are_refused(read, yaml, fault) -> None:
    with pytest.raises(ValidationError, match=fault):
        read(f"kind: checklist\n{yaml}", "")
