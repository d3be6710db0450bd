"""The rules' wishes for a board's project beside what is there; the doctor and setup share it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.core.board import Board
from app.core.ruleset import Ruleset

# The flags of a webhook and their names on its page: https://docs.gitlab.com/api/project_webhooks/
EVENTS = {
    "issues_events": "Work item events",
    "confidential_issues_events": "Confidential work item events",
    "note_events": "Comments",
    "confidential_note_events": "Confidential comments",
}
TEMPLATES = ".gitlab/issue_templates/"


def wanted_labels(ruleset: Ruleset, board: Board) -> list[str]:
    """The labels that the rules want on that board, each once: those of labels.yaml, and those that rules put on."""
    labels = ruleset.labels
    owned = [
        name
        for rule in ruleset.rules
        if not rule.applies_to.boards or board.id in rule.applies_to.boards
        for name in rule.owns
    ]
    return list(
        dict.fromkeys([*labels.state, *labels.attribute, *labels.clocks, labels.off, labels.on, *owned])
    )


@dataclass(frozen=True)
class LabelNames:
    """`otherwise` are wanted names, each with the one that differs in case alone; `lacking` are not there at all."""

    otherwise: dict[str, str]
    lacking: tuple[str, ...]


def missing_labels(wanted: Sequence[str], there: Iterable[str]) -> LabelNames:
    """Which wanted labels are not there as they are written."""
    names = set(there)
    folded = {name.casefold(): name for name in names}
    missing = [name for name in wanted if name not in names]
    return LabelNames(
        {name: folded[name.casefold()] for name in missing if name.casefold() in folded},
        tuple(name for name in missing if name.casefold() not in folded),
    )


@dataclass(frozen=True)
class Lists:
    """A board's lists for states: `found` in their order, `missing` in the rules' order."""

    found: tuple[str, ...]
    missing: tuple[str, ...]
    in_order: bool


def listed_states(states: Sequence[str], labels: Sequence[str]) -> Lists:
    """What is there of the lists for states, of a board with lists for these labels."""
    found = tuple(name for name in labels if name in states)
    missing = tuple(name for name in states if name not in found)
    return Lists(found, missing, found == tuple(name for name in states if name in found))


def best_board(states: Sequence[str], boards: Iterable[Sequence[str]]) -> Sequence[str]:
    """Of boards, each given by its lists' labels, the one with most lists for states."""
    return max(boards, key=lambda names: len(set(names) & set(states)), default=())


def same_text(there: str, ours: str) -> bool:
    """Whether two templates say the same; line ends and the last line's do not matter."""
    return there.replace("\r\n", "\n").rstrip() == ours.replace("\r\n", "\n").rstrip()


def events_off(on: Iterable[str]) -> tuple[str, ...]:
    """The flags of events that a hook with these flags is not told of."""
    told = set(on)
    return tuple(flag for flag in EVENTS if flag not in told)


def told_address(url: str) -> str:
    """An address as it may be shown: GitLab gives a Maintainer the passwords and queries in those of hooks, too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "another address"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
