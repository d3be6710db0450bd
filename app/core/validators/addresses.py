"""Addresses in people's text: which there are, and what host and path they truly lead to. Trusts none of it."""

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import AfterValidator

_LABEL = re.compile(r"\[[^\[\]]*\]\(")
_TOKEN = re.compile(r"[^\s<>\"'`\[\]|{}]+")
_GLUED = re.compile(r"(?<=[,;)])(?=https?://)", re.IGNORECASE)
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_NO_SCHEME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,8}(?::[0-9]{1,5})?/", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_GLOB = re.compile(r"(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_TRAILING = ".,;:!?*_~"
_LONGEST = 2048


@dataclass(frozen=True)
class Address:
    """A web address. `host` is in lower case and plain ASCII; `path` and `fragment` are decoded."""

    url: str
    host: str
    path: str
    query: str
    fragment: str

    @property
    def segments(self) -> list[str]:
        """The parts of the path, then those of the fragment (older pages keep their place there)."""
        return [part for part in f"{self.path}/{self.fragment}".split("/") if part]


def addresses(text: str) -> list[Address]:
    """The addresses in the order of the text; of a Markdown link its target, never its label.

    One with a user name, a backslash, or letters in the host that only look like ASCII is left out: browsers may go
    elsewhere than it seems.
    """
    found = []
    for token in _TOKEN.findall(_LABEL.sub(" (", text)):
        for piece in _GLUED.split(token):
            address = _address(piece)
            if address:
                found.append(address)
    return found


def _address(piece: str) -> Address | None:
    start = _SCHEME.search(piece)
    if start:
        url = piece[start.start() :]
    elif _NO_SCHEME.match(piece.lstrip("(*_")):
        url = "https://" + piece.lstrip("(*_")
    else:
        return None
    if len(url) > _LONGEST or "\\" in url:
        return None
    url = _trimmed(url)
    try:
        parts: SplitResult = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        _ = parts.port  # raises when it is no number
    except ValueError:
        return None
    if "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    return Address(url, host, unquote(parts.path), parts.query, unquote(parts.fragment))


def _trimmed(url: str) -> str:
    """Without what ends the sentence around it; a closing bracket stays only when one was opened."""
    while url and (url[-1] in _TRAILING or (url[-1] == ")" and "(" not in url)):
        url = url.rstrip(_TRAILING) if url[-1] in _TRAILING else url[:-1]
    return url


def _a_host(value: str) -> str:
    if not _GLOB.fullmatch(value):
        raise ValueError(f'"{value}" is no host; write it as example.com or *.example.com')
    return value


Host = Annotated[str, AfterValidator(_a_host)]


def host_pattern(glob: str) -> re.Pattern[str]:
    """`*.my.salesforce.com` as a pattern: the star stands for one or more labels, never for none."""
    return re.compile(re.escape(glob.lower()).replace(r"\*", "[a-z0-9-]+(?:[.][a-z0-9-]+)*"))
