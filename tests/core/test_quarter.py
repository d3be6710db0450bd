"""Quarters as data: which day is in which, how they follow one another, and how people name them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.core.quarter import USUAL, Quarter, Quarters

CALENDAR = Quarters(starts=("01-01", "04-01", "07-01", "10-01"), years="{year}")  # type: ignore[arg-type]
OCTOBER = Quarters(starts=("10-01", "01-01", "04-01", "07-01"))  # type: ignore[arg-type]
BY_START = Quarters(starts=("04-06", "07-06", "10-06", "01-06"), year_of="start")  # type: ignore[arg-type]
YEARS = [USUAL, CALENDAR, OCTOBER, BY_START]
TODAY = date(2026, 3, 2)  # in FY27 Q1
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("quarters", "day", "name"),
    [
        (USUAL, "2026-01-31", "FY26 Q4"),
        (USUAL, "2026-02-01", "FY27 Q1"),
        (USUAL, "2026-04-30", "FY27 Q1"),
        (USUAL, "2026-05-01", "FY27 Q2"),
        (USUAL, "2026-07-31", "FY27 Q2"),
        (USUAL, "2026-08-01", "FY27 Q3"),
        (USUAL, "2026-11-01", "FY27 Q4"),
        (USUAL, "2026-12-31", "FY27 Q4"),
        (USUAL, "2027-01-31", "FY27 Q4"),
        (USUAL, "2028-02-29", "FY29 Q1"),
        (USUAL, "2099-12-31", "FY00 Q4"),
        (CALENDAR, "2026-12-31", "2026 Q4"),
        (CALENDAR, "2027-01-01", "2027 Q1"),
        (OCTOBER, "2026-09-30", "FY26 Q4"),
        (OCTOBER, "2026-10-01", "FY27 Q1"),
        (OCTOBER, "2027-01-01", "FY27 Q2"),
        (BY_START, "2026-04-05", "FY25 Q4"),
        (BY_START, "2026-04-06", "FY26 Q1"),
        (BY_START, "2027-01-05", "FY26 Q3"),
        (BY_START, "2027-01-06", "FY26 Q4"),
    ],
)
def test_which_day_is_in_which_quarter(quarters: Quarters, day: str, name: str) -> None:
    assert quarters.name(quarters.quarter_of(date.fromisoformat(day))) == name


@pytest.mark.parametrize("quarters", YEARS)
@given(day=days)
def test_each_day_is_in_exactly_one_quarter(quarters: Quarters, day: date) -> None:
    year = quarters.quarter_of(day).fiscal_year
    around = [Quarter(year + more, number) for more in (-1, 0, 1) for number in (1, 2, 3, 4)]
    assert [q for q in around if quarters.begins(q) <= day < quarters.ends(q)] == [quarters.quarter_of(day)]


@pytest.mark.parametrize("quarters", YEARS)
@given(day=days)
def test_quarters_follow_one_another_without_a_gap(quarters: Quarters, day: date) -> None:
    here = quarters.quarter_of(day)
    after = quarters.next(here)
    assert here < after
    assert quarters.ends(here) == quarters.begins(after)
    assert quarters.quarter_of(quarters.ends(here)) == after
    assert quarters.quarter_of(quarters.ends(here) - timedelta(days=1)) == here


@pytest.mark.parametrize("year", [2027, 2028, 2029])
def test_a_fiscal_year_is_as_long_as_its_calendar_makes_it(year: int) -> None:
    first, last = Quarter(year, 1), Quarter(year, 4)
    assert (USUAL.ends(last) - USUAL.begins(first)).days == (366 if year == 2029 else 365)  # 29 February 2028


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("FY27 Q2", "FY27 Q2"),
        ("Q2 FY27", "FY27 Q2"),
        ("FY2027 Q2", "FY27 Q2"),
        ("FY27-Q2", "FY27 Q2"),
        ("FY27Q2", "FY27 Q2"),
        ("Q2FY27", "FY27 Q2"),
        ("q2 of fy 27", "FY27 Q2"),
        ("FY'27, second quarter", "FY27 Q2"),
        ("the 2nd quarter", "FY27 Q2"),
        ("Quarter 2", "FY27 Q2"),
        ("2Q", "FY27 Q2"),
        ("Q2", "FY27 Q2"),
        ("Q1", "FY27 Q1"),  # it is not over
        ("Q4", "FY27 Q4"),
        ("Q4 FY26", "FY26 Q4"),  # that one is, and it was named
        ("Q2 FY27 (until 31.07.2026)", "FY27 Q2"),
        ("Q2, that is FY27 Q2", "FY27 Q2"),
        ("Q2 - 3 demos", "FY27 Q2"),
        ("Q2 2026", "FY27 Q2"),  # the fiscal year's is over
        ("Q4 2026", "FY27 Q4"),
        ("Q1 '26", "FY27 Q1"),
        ("Q2 2027", None),  # of the fiscal year it begins in May 2026, of the calendar year in May 2027
        ("Q2 2025", None),  # both are over
        ("Q2 and Q3", None),
        ("Q2-3", None),
        ("Q1/Q2", None),
        ("Q2 FY27 or FY28", None),
        ("FY27", None),
        ("Q5", None),
        ("the last quarter", None),
        ("an FAQ2 page", None),
        ("", None),
    ],
)
def test_how_people_name_a_quarter(text: str, name: str | None) -> None:
    found = USUAL.named(text, TODAY)
    assert (USUAL.name(found) if found else None) == name


@pytest.mark.parametrize(
    ("near", "name"),
    [
        ("2026-02-01", "FY27 Q1"),
        ("2026-04-30", "FY27 Q1"),
        ("2026-05-01", "FY28 Q1"),
        ("2027-01-31", "FY28 Q1"),
    ],
)
def test_without_a_year_it_is_the_next_one_that_is_not_over(near: str, name: str) -> None:
    found = USUAL.named("Q1", date.fromisoformat(near))
    assert found
    assert USUAL.name(found) == name


@pytest.mark.parametrize(
    ("quarters", "text", "quarter"),
    [
        (CALENDAR, "Q2 2027", (2027, 2)),  # years are named by nothing but their number
        (CALENDAR, "Q2 2025", (2025, 2)),
        (CALENDAR, "Q2", (2026, 2)),
        (OCTOBER, "Q2 2027", (2027, 2)),  # begins in January 2027: both readings are one
        (OCTOBER, "Q1 2026", (2027, 1)),  # Q1 of FY26 is over
        (BY_START, "Q1 FY26", (2026, 1)),
        (Quarters(years="GJ {year}"), "Q2 GJ 2027", (2027, 2)),
        (Quarters(years="GJ {year}"), "Q2 GJ27", (2027, 2)),
    ],
)
def test_years_are_read_as_they_are_named_there(
    quarters: Quarters, text: str, quarter: tuple[int, int]
) -> None:
    assert quarters.named(text, TODAY) == quarter


@given(quarter=st.builds(Quarter, st.integers(2001, 2098), st.integers(1, 4)), near=days)
def test_its_own_name_is_read_back(quarter: Quarter, near: date) -> None:
    for quarters in YEARS:
        assert quarters.named(quarters.name(quarter), near) == quarter


@given(text=st.text(max_size=30), near=days)
def test_any_text_names_a_quarter_or_none(text: str, near: date) -> None:
    found = USUAL.named(text, near)
    assert found is None or 1 <= found.number <= 4


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"starts": ["02-01", "05-01", "08-01"]}, "four quarters, and 3 begin here"),
        ({"starts": ["02-01", "08-01", "05-01", "11-01"]}, "follow one another"),
        ({"starts": ["02-01", "02-01", "08-01", "11-01"]}, "follow one another"),
        ({"starts": ["02-30", "05-01", "08-01", "11-01"]}, "'02-30' is no day of every year"),
        ({"starts": ["02-29", "05-01", "08-01", "11-01"]}, "'02-29' is no day of every year"),
        ({"starts": ["13-01", "05-01", "08-01", "11-01"]}, "'13-01' is no day of every year"),
        ({"starts": ["1 Feb", "05-01", "08-01", "11-01"]}, "write month and day as 02-01"),
        ({"years": "FY"}, "write it as FY{yy} or FY{year}"),
        ({"years": "FY{yy}/{year}"}, "write it as FY{yy} or FY{year}"),
    ],
)
def test_quarters_that_cannot_be_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("{", r"\{")):
        Quarters.model_validate(given)
