from decimal import Decimal

import pytest

from app.core.validators.money import Amount


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("$10k", "10000", "USD"),
        ("USD 10,000", "10000", "USD"),
        ("10.000 EUR", "10000", "EUR"),
        ("€1.5m", "1500000", "EUR"),
        ("10 000 eur", "10000", "EUR"),
        ("10\u00a0000 €", "10000", "EUR"),
        ("~$25K ARR", "25000", "USD"),
        ("1,5 Mio EUR", "1500000", "EUR"),
        ("$1,125m", "1125000", "USD"),
        ("€1.234,56", "1234.56", "EUR"),
        ("$1,234.56", "1234.56", "USD"),
        ("1,5 EUR", "1.5", "EUR"),
        ("0.500 EUR", "0.5", "EUR"),
        ("CHF 10'000", "10000", "CHF"),
        ("₹10,00,000", "1000000", "INR"),
        ("USD 10.000.000", "10000000", "USD"),
        ("EUR10k", "10000", "EUR"),
        ("10keur", "10000", "EUR"),
        ("A$5k", "5000", "AUD"),
        ("ARR$5k", "5000", "USD"),
        ("5 million dollars", "5000000", "USD"),
        ("£3.5 bn", "3500000000", "GBP"),
        ("$10k+", "10000", "USD"),
        ("**$10k**", "10000", "USD"),
        ("1. $10k", "10000", "USD"),
        ("FY 2026 EUR 10k", "10000", "EUR"),
        ("deal 5 $10k", "10000", "USD"),
        ("$10-20k", "10000", "USD"),
        ("$10k - $20k", "10000", "USD"),
        ("10–20k USD", "10000", "USD"),
        ("500 to 1.000 €", "500", "EUR"),
        ("$0", "0", "USD"),
    ],
)
def test_sums_as_people_write_them(read, text, amount, currency) -> None:
    reading = read("kind: money", text)
    assert (reading.problem, reading.value) == ("", Amount(Decimal(amount), currency))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the amount is missing, with its currency"),
        ("a lot", "the amount is missing, with its currency"),
        ("Q3 2026", "the amount is missing, with its currency"),
        ("2026-03-04", "the amount is missing, with its currency"),
        ("5%", "the amount is missing, with its currency"),
        ("3 try 5", "the amount is missing, with its currency"),
        ("10.000", "the currency of the amount is missing"),
        ("100k", "the currency of the amount is missing"),
    ],
)
def test_what_is_no_sum(read, text, problem) -> None:
    assert read("kind: money", text).problem == problem


def test_the_low_end_counts_and_is_said_to(read) -> None:
    assert read("kind: money", "$10-20k").understood == "USD 10,000 to USD 20,000; the low end counts"
    assert read("kind: money", "$10k now, $50k later").understood == (
        "USD 10,000; the first of several amounts counts"
    )


@pytest.mark.parametrize(
    ("text", "strict", "fine"),
    [
        ("$9,999.99", False, False),
        ("$10,000", False, True),
        ("$10,000.01", False, True),
        ("$9,999.99", True, False),
        ("$10,000", True, False),
        ("$10,000.01", True, True),
        ("12000", False, True),
        ("9.999", False, False),
        ("10-20k", False, True),
        ("up to $9k", False, False),
    ],
)
def test_minimum_is_inclusive_unless_strict(read, text, strict, fine) -> None:
    spec = f"kind: money\ncurrency: USD\nminimum: 10000\nstrict: {str(strict).lower()}"
    reading = read(spec, text)
    assert (reading.problem == "") is fine
    if not fine:
        assert reading.problem == f"the amount should be {'more than' if strict else 'at least'} USD 10,000"


@pytest.mark.parametrize("text", ["€9k", "€11k", "up to $20k"])
def test_what_cannot_be_compared_is_doubtful(read, text) -> None:
    reading = read("kind: money\ncurrency: USD\nminimum: 10000", text)
    assert (reading.problem, reading.doubtful) == ("", True)


def test_the_dollar_is_the_boards(read) -> None:
    assert read("kind: money\ncurrency: AUD", "$5k").value == Amount(Decimal(5000), "AUD")
    assert read("kind: money\ncurrency: EUR", "$5k").value == Amount(Decimal(5000), "USD")
