"""Conditions on what a request says, with sums at their edges."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from pydantic import ValidationError

from app.core.condition import Condition
from app.core.validators.money import Amount


@dataclass(frozen=True)
class Block:
    choices: frozenset[str] = frozenset()
    amount: Amount | None = None


def worth(number: str, currency: str = "USD") -> dict[str, Block]:
    return {"size": Block(amount=Amount(Decimal(number), currency))}


@pytest.mark.parametrize(
    ("bound", "number", "holds"),
    [
        ({"at_least": "USD 10,000"}, "10000", True),
        ({"at_least": "USD 10,000"}, "9999.99", False),
        ({"more_than": "USD 100,000"}, "100000", False),
        ({"more_than": "USD 100,000"}, "100000.01", True),
        ({"at_most": "USD 2000"}, "2000", True),
        ({"at_most": "USD 2000"}, "2000.01", False),
        ({"less_than": "USD 2000"}, "2000", False),
        ({"less_than": "USD 2000"}, "1999.99", True),
        ({"at_least": "USD 2,000", "less_than": "USD 10,000"}, "2000", True),
        ({"at_least": "USD 2,000", "less_than": "USD 10,000"}, "10000", False),
    ],
)
def test_sums_at_their_edges(bound: dict[str, str], number: str, holds: bool) -> None:
    assert Condition(block="Size", **bound).holds(worth(number)) == holds


def test_another_currency_or_none_is_no_answer() -> None:
    condition = Condition(block="Size", at_most="USD 10,000")
    assert not condition.holds(worth("5", "EUR"))
    assert not condition.holds({"size": Block()})
    assert not condition.holds({})


def test_choices_and_labels() -> None:
    asks = {"sa asks": Block(frozenset({"pov", "demo"}))}
    assert Condition(block="SA Asks", says=["pov", "sow"]).holds(asks)
    assert not Condition(block="SA Asks", says=["sow"]).holds(asks)
    assert Condition(label="SA POV").holds({}, {"SA POV"})
    assert Condition(label="SA POV", on=False).holds({}, {"Expedite"})
    assert not Condition(label="SA POV", on=False).holds({}, {"SA POV"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "write one of the two"),
        ({"block": "A", "label": "B"}, "write one of the two"),
        ({"block": "A"}, "say what the block says"),
        ({"block": "A", "says": ["x"], "at_least": "USD 1"}, "say what the block says"),
        ({"label": "A", "says": ["x"]}, "a label is on or off"),
        ({"block": "A", "at_least": "10k"}, "'10k' is no sum of money; write it as USD 10,000"),
        ({"block": "A", "at_least": "USD 1,00"}, "is no sum of money"),
        ({"block": "A", "at_least": "USD 1", "less_than": "EUR 2"}, "both sums must be in one currency"),
    ],
)
def test_what_is_no_condition_says_so(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("(", r"\(")):
        Condition(**given)
