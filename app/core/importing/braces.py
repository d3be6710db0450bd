"""Labels with braces, as gitlab-triage reads them: `type::{bug, feature}` and `priority::{1..3}` stand for several."""

import re
from collections.abc import Callable

_LIST = re.compile(r"\{(.+?,.+?)\}", re.DOTALL)
_RANGE = re.compile(r"\{\s*(\d{1,4})\s*\.\.\s*(\d{1,4})\s*\}")
MOST = 100  # labels that one may stand for


class TooMany(ValueError):
    """A label that stands for more labels than anybody has."""


def expanded(label: str) -> list[str]:
    """The labels that it stands for, in order; itself where there are no braces. Errors: TooMany."""
    done = [label]
    for pattern, read in ((_LIST, _listed), (_RANGE, _counted)):
        while any(pattern.search(each) for each in done):
            done = [new for each in done for new in _first(pattern, read, each)]
            if len(done) > MOST:
                raise TooMany(f'"{label}" stands for more than {MOST} labels')
    return list(dict.fromkeys(done))


def _first(pattern: re.Pattern[str], read: Callable[[re.Match[str]], list[str]], label: str) -> list[str]:
    match = pattern.search(label)
    if match is None:
        return [label]
    return [label[: match.start()] + word + label[match.end() :] for word in read(match)]


def _listed(match: re.Match[str]) -> list[str]:
    return [word.strip() for word in match[1].split(",")]


def _counted(match: re.Match[str]) -> list[str]:
    low, high = int(match[1]), int(match[2])
    if high - low >= MOST:
        raise TooMany(f"{match[0]} stands for more than {MOST} labels")
    return [str(number) for number in range(low, high + 1)]
