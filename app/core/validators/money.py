"""The validator `money`."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import Field

from app.core.validators.reading import About, Kind, Reading
from app.core.validators.wording import word_set

_DOLLARS = ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN")
_SYMBOLS = {
    "us$": "USD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "s$": "SGD", "hk$": "HKD",
    "r$": "BRL", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₪": "ILS", "zł": "PLN",
    "₺": "TRY", "฿": "THB", "₫": "VND", "₱": "PHP",
}  # fmt: skip
_WORDS = {
    "dollar": "USD",
    "dollars": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "pound": "GBP",
    "pounds": "GBP",
    "yen": "JPY",
}
_CODES = word_set(
    """USD EUR GBP CHF JPY CNY AUD CAD NZD SGD HKD INR SEK NOK DKK PLN CZK HUF RON ILS ZAR BRL MXN AED SAR KRW TWD
    THB MYR IDR PHP VND TRY"""
)
_ONLY_UPPER = frozenset({"TRY", "PHP"})  # words of English and of programmers
_TIMES = {
    "k": 10**3, "thousand": 10**3, "m": 10**6, "mm": 10**6, "mn": 10**6, "mio": 10**6, "mil": 10**6,
    "million": 10**6, "b": 10**9, "bn": 10**9, "billion": 10**9,
}  # fmt: skip

_READ = 20_000
_DIGIT = re.compile(r"[0-9]")
_SIGN = "|".join(
    [
        rf"(?<![^\W_]){re.escape(s)}" if s[0].isalpha() else re.escape(s)
        for s in sorted(_SYMBOLS, key=len, reverse=True)
    ]
)
_CODE = rf"(?:{'|'.join([*sorted(_CODES), *sorted(_WORDS, key=len, reverse=True)])})(?![^\W\d_])"
_BEFORE = rf"(?P<before>{_SIGN}|(?<![^\W_]){_CODE})\s{{0,2}}"
_AFTER = rf"\s{{0,2}}(?P<after>{_SIGN}|{_CODE})(?!\s{{0,2}}[0-9])"
_NUMBER = (
    r"[0-9]{1,3}(?:[ '’.,][0-9]{3}){1,5}(?:[.,][0-9]{1,2})?(?![0-9])"
    r"|[0-9]{1,2}(?:,[0-9]{2}){1,4},[0-9]{3}(?![0-9])"  # 10,00,000 as in India
    r"|[0-9]{1,15}(?:[.,][0-9]{1,6})?(?![0-9])"
)
_TIMES_IN = rf"\s?(?:{'|'.join(sorted(_TIMES, key=len, reverse=True))})(?:(?![^\W_])|(?={_CODE}))"
_LIMIT = r"up to|at most|below|under|less than|max\.?|<"
_AMOUNT = re.compile(
    rf"(?:(?P<limit>{_LIMIT})\s{{0,2}})?(?:{_BEFORE}|(?<![\w.,#]))(?P<low>{_NUMBER})(?P<times>{_TIMES_IN})?"
    rf"(?:\s{{0,2}}(?:-|–|—|to|bis)\s{{0,2}}(?:{_BEFORE.replace('before', 'between')})?"
    rf"(?P<high>{_NUMBER})(?P<high_times>{_TIMES_IN})?)?(?:{_AFTER})?"
    rf"(?:(?<=[^\W\d_])|(?!\w))(?!%|[.,/:-][0-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Amount:
    """A sum of money. `currency` is its ISO 4217 code."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        whole = self.amount == self.amount.to_integral_value()
        return f"{self.currency} {self.amount:,.{0 if whole else 2}f}"


class Money(Kind):
    """Finds blocks that name no sum of money, one without a currency, or one below a minimum.

    Read as meant: `$10k`, `USD 10,000`, `10.000 EUR`, `€1.5m`, `10 000 eur`, `~$25K ARR`. Of a range the low end
    counts, of several sums the first. A sign before exactly three digits groups thousands (`10.000` and `10,000` are
    ten thousand), else it is the decimal sign (`1,5` is one and a half); where two signs differ, the last is the
    decimal one; a single sign before k or m is always decimal (`1.125m`). `$` is the US dollar unless `currency` is
    another dollar. "Up to $20k" is doubtful, and passes unless even that is too little; so does a sum in another
    currency than the minimum's, since the two are not compared. Only the first 20,000 characters of the lines with
    digits are read. Example: "USD 25,000 a year".
    """

    kind: Literal["money"]
    currency: str | None = Field(
        None,
        pattern="^[A-Z]{3}$",
        description="Meant where none is written; without it, a currency is asked for.",
    )
    minimum: Decimal | None = Field(
        None, ge=0, description="The least sum, in `currency` (USD when not given)."
    )
    strict: bool = Field(
        False, description="Whether the sum must be more than the minimum, not just as much."
    )
    example: str = Field("USD 25,000 a year", description="One good answer.")

    def _look(self, text: str, about: About) -> Reading:
        amounts = list(_AMOUNT.finditer(_with_digits(text)))
        found = [(match, currency) for match in amounts if (currency := self._written(match))]
        if found:
            return self._judge(*found[0], len(found))
        plain = next((match for match in amounts if _like_a_sum(match)), None)
        if plain is None:
            return Reading("the amount is missing, with its currency")
        if self.currency is None:
            return Reading("the currency of the amount is missing")
        return self._judge(plain, self.currency, 1)

    def _written(self, match: re.Match[str]) -> str:
        """The currency that stands beside a number, as its code; empty when none does."""
        for said in (match["before"], match["between"], match["after"]):
            if not said:
                continue
            if said == "$" and self.currency in _DOLLARS:
                return str(self.currency)
            if said == "¥" and self.currency == "CNY":
                return "CNY"
            code = said.upper()
            known = _SYMBOLS.get(said.lower()) or _WORDS.get(said.lower()) or (code if code in _CODES else "")
            if known and not (code in _ONLY_UPPER and said != code):
                return known
        return ""

    def _judge(self, match: re.Match[str], currency: str, how_many: int) -> Reading:
        low, high = _ends(match)
        sum_ = Amount(low, currency)
        understood = str(sum_)
        if high is not None:
            understood = f"{understood} to {Amount(high, currency)}; the low end counts"
        if how_many > 1:
            understood += "; the first of several amounts counts"
        limit = bool(match["limit"])
        if limit:
            understood = f"at most {understood}"
        if self.minimum is None:
            return Reading(understood=understood, doubtful=limit, value=sum_)
        least = Amount(self.minimum, self.currency or "USD")
        if currency != least.currency:
            return Reading(understood=f"{understood}, not compared with {least}", doubtful=True, value=sum_)
        if low < least.amount or (self.strict and low == least.amount):
            need = "more than" if self.strict else "at least"
            return Reading(f"the amount should be {need} {least}", understood, value=sum_)
        return Reading(understood=understood, doubtful=limit, value=sum_)


def _with_digits(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if _DIGIT.search(line))[:_READ]


def _like_a_sum(match: re.Match[str]) -> bool:
    """Whether a number without a currency is likely a sum, not a count or a year: it is 100 or more."""
    year = re.fullmatch(r"20[0-9]{2}", match["low"]) and not match["times"]
    return not year and _ends(match)[0] >= 100


def _ends(match: re.Match[str]) -> tuple[Decimal, Decimal | None]:
    """The low end and the high end; `10-20k` means 10k."""
    times = (match["times"] or "").strip().lower()
    high_times = (match["high_times"] or "").strip().lower()
    high = number(match["high"], bool(high_times)) * _TIMES.get(high_times, 1) if match["high"] else None
    low = number(match["low"], bool(times or high_times)) * _TIMES.get(times, 1)
    if high is not None and not times and low < number(match["high"], True):
        low = number(match["low"], True) * _TIMES[high_times] if high_times else low
    return (low, high) if high is None or high > low else (low, None)


def number(text: str, times: bool = False) -> Decimal:
    """The number as people write it in any country; `times`: a k or m follows, so that one sign is the decimal one."""
    signs = re.findall(r"[^0-9]", text)
    if not signs:
        return Decimal(text)
    last = text.rpartition(signs[-1])
    if last[2] and signs[-1] in ".,":
        grouped = len(last[2]) == 3 and not (len(signs) == 1 and (times or text.startswith("0")))
        if len(set(signs)) > 1 and signs.count(signs[-1]) == 1:
            grouped = False
        if not grouped:
            return Decimal(re.sub(r"[^0-9]", "", last[0]) + "." + last[2])
    return Decimal(re.sub(r"[^0-9]", "", text))
