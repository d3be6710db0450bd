"""The validator `link`."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs

from pydantic import Field

from app.core.validators.addresses import Address, Host, addresses, host_pattern
from app.core.validators.reading import About, Kind, Reading, listed
from app.core.validators.reference import references, shown
from app.core.validators.salesforce import Fault, RecordId, record_id
from app.core.validators.wording import says_none

_WORD = re.compile(r"[0-9A-Za-z]+")
_FAULTS: dict[Fault, str] = {
    "short": "the id in the link is incomplete; its end was lost while copying",
    "long": "the id in the link is too long; something was added while copying",
    "checksum": "the id in the link does not add up; a character was changed or lost while copying",
}
_AN = frozenset("aeiou")


@dataclass(frozen=True)
class Target:
    """Where a link leads: `url` as written (empty where none was needed), `id` of the record or issue and its `kind`
    (both empty for other links)."""

    url: str
    host: str
    id: str = ""
    kind: str = ""


class Link(Kind):
    """Finds blocks without the link they should hold, and links that lead to the wrong place.

    The link must be on one of `hosts` (a leading `*.` stands for any name before it; no hosts: anywhere). With `what`
    it must lead to a record of Salesforce of that kind, told by its id: `006...` is an opportunity, `001...` an
    account. An id has 15 or 18 characters; the last three of 18 are a checksum, so that a slip of copying is noticed.
    Both forms of address count: `/006...` and `/lightning/r/Opportunity/006.../view`. One right link is enough. With
    `allow_na` whoever has none may say so ("n/a", "none yet").
    Example: https://acme.my.salesforce.com/0068X00001abcdE
    """

    kind: Literal["link"]
    hosts: list[Host] = Field(
        [], description="Where it may lead, such as *.my.salesforce.com; empty: anywhere."
    )
    what: Literal["any", "opportunity", "account", "case", "lead", "contact", "quote"] = Field(
        "any", description="The kind of Salesforce record; any: every link on the hosts."
    )
    bare_id: bool = Field(False, description="Whether the record's id alone is enough, without an address.")
    bare_reference: bool = Field(
        False,
        description="Whether a reference to another issue or epic is enough too, such as group/project#12.",
    )
    allow_na: bool = Field(False, description='Whether "n/a" and "none yet" are answers here.')
    example: str = Field("https://acme.my.salesforce.com/0068X00001abcdE", description="One good answer.")

    def _look(self, text: str, about: About) -> Reading:
        patterns = [host_pattern(host) for host in self.hosts]
        found = addresses(text)
        right = [a for a in found if not patterns or any(p.fullmatch(a.host) for p in patterns)]
        if self.allow_na and not found and says_none(text):
            return Reading()
        if self.what != "any":
            return self._record(text, found, right)
        if right:
            return Reading(understood=right[0].url, value=Target(right[0].url, right[0].host))
        if self.bare_reference and (referred := references(text, about.issue)):
            named = shown(referred[0])
            return Reading(understood=named, value=Target("", "", named, referred[0].kind))
        return Reading(self._elsewhere if found else "a link is missing")

    def _record(self, text: str, found: list[Address], right: list[Address]) -> Reading:
        named = [(a, record) for a in right if (record := _record_in(a))]
        candidates = [(Target(a.url, a.host, r.id, r.kind), r) for a, r in named]
        if self.bare_id and not candidates:
            ids = [r for word in _WORD.findall(text) if 12 <= len(word) <= 20 and (r := record_id(word))]
            candidates = [(Target("", "", r.id, r.kind), r) for r in ids]
        for target, record in candidates:
            if record.kind == self.what and not record.fault:
                return Reading(understood=f"{record.kind} {record.id}", value=target)
        for _, record in candidates:
            if record.kind == self.what:
                words = _FAULTS[record.fault]
                return Reading(words if right else words.replace("the id in the link", "the id"))
        if candidates:
            return Reading(f"the link is to {_a(candidates[0][1].kind)}, not to {_a(self.what)}")
        if right:
            return Reading(
                f"the link leads to no single {self.what}; please open the {self.what} and copy its address"
            )
        return Reading(self._elsewhere if found else f"the link to the {self.what} is missing")

    @property
    def _elsewhere(self) -> str:
        return (
            f"the link leads somewhere else; it should be on {listed(self.hosts)}"
            if self.hosts
            else "a link is missing"
        )


def _record_in(address: Address) -> RecordId | None:
    """The record that an address names: in the path, else in the fragment, else as `id` in the query."""
    for segment in address.segments:
        record = record_id(segment.removesuffix(".html"))
        if record:
            return record
    try:
        given = parse_qs(address.query, max_num_fields=50).get("id", [])
    except ValueError:
        given = []
    return record_id(given[0]) if given else None


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in _AN else f"a {noun}"
