"""The validator `reference`."""

import re
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from app.core.validators.addresses import Host, addresses, host_pattern
from app.core.validators.reading import About, Kind, Reading, listed
from app.core.validators.wording import says_none

Target = Literal["issue", "epic"]

_PATH = re.compile(
    r"/(?P<path>[^/].{0,500}?)/(?:-/)?(?P<kind>issues|work_items|epics|merge_requests)/(?P<number>[0-9]{1,12})(?![0-9])"
)
_SHORT = re.compile(
    r"(?<![\w./&#-])(?P<path>[A-Za-z0-9_][\w.-]{0,254}(?:/[\w.-]{1,255}){0,20})?(?P<sign>[#&])(?P<number>[0-9]{1,12})(?![\w;])"
)
_KINDS: dict[str, Target] = {
    "issues": "issue",
    "work_items": "issue",
    "epics": "epic",
    "#": "issue",
    "&": "epic",
}


@dataclass(frozen=True)
class Referred:
    """What is referred to: `path` is its project's or group's, empty where the text leaves it to the issue's own."""

    kind: Target
    path: str
    number: int
    url: str = ""


class Reference(Kind):
    """Finds blocks that should point to an issue or an epic and do not.

    Addresses count (`.../-/issues/12`, `.../-/work_items/12`, `.../-/epics/5`), and so do short forms:
    `group/project#12`, `#12`, `&5`. A link to the request itself is no answer when `not_self` is set. With `allow_na`
    whoever has none may say so ("n/a", "none yet"). Example: the link of the request in which we met the customer.
    """

    kind: Literal["reference"]
    to: list[Target] = Field(["issue", "epic"], min_length=1, description="What it may point to.")
    hosts: list[Host] = Field([], description="Where an address may lead; empty: anywhere.")
    not_self: bool = Field(True, description="Whether the request itself does not count.")
    allow_na: bool = Field(False, description='Whether "n/a" and "none yet" are answers here.')
    example: str = Field("group/project#12, or the issue's address", description="One good answer.")

    def _look(self, text: str, about: About) -> Reading:
        patterns = [host_pattern(host) for host in self.hosts]
        in_links = addresses(text)
        found = [
            ref
            for a in in_links
            if (not patterns or any(p.fullmatch(a.host) for p in patterns))
            and (ref := _in_path(a.path, a.url))
        ]
        found += _short(text)
        wanted = [ref for ref in found if ref.kind in self.to]
        other = [ref for ref in wanted if not (self.not_self and _is_self(ref, about.issue))]
        if other:
            return Reading(understood=", ".join(shown(ref) for ref in other[:5]), value=tuple(other))
        if self.allow_na and not in_links and not found and says_none(text):
            return Reading()
        asked = listed([f"an {kind}" for kind in self.to])
        if wanted:
            return Reading("this points to the request itself; please link the one that it follows")
        if found:
            return Reading(f"this points to an {found[0].kind}, and {asked} is asked for")
        return Reading(
            f"the link leads to no issue or epic; please link {asked}"
            if in_links
            else f"a link to {asked} is missing"
        )


def _in_path(path: str, url: str) -> Referred | None:
    match = _PATH.match(path)
    if match is None or match["kind"] not in _KINDS:
        return None
    where = match["path"].removeprefix("groups/")
    return Referred(_KINDS[match["kind"]], where, int(match["number"]), url)


def _short(text: str) -> list[Referred]:
    return [Referred(_KINDS[m["sign"]], m["path"] or "", int(m["number"])) for m in _SHORT.finditer(text)]


def references(text: str, own: str) -> list[Referred]:
    """The short references in the text (`group/project#12`, `&5`) but those to the issue itself."""
    return [ref for ref in _short(text) if not _is_self(ref, own)]


def _is_self(ref: Referred, own: str) -> bool:
    path, _, number = own.rpartition("#")
    if ref.kind != "issue" or str(ref.number) != number:
        return False
    return ref.path.casefold() in ("", path.casefold(), path.rpartition("/")[2].casefold())


def shown(ref: Referred) -> str:
    """The reference as GitLab writes it: `group/project#12`, `group&5`."""
    return f"{ref.path}{'#' if ref.kind == 'issue' else '&'}{ref.number}"
