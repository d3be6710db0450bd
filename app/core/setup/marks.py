"""How setup knows again what it made: each thing carries a mark of its own in GitLab, so that no file can be lost.

A label's mark holds a digest of what setup wrote, so that a colour that somebody changed since is told from one that
the rules changed.
"""

import hashlib
import re

BY = "triage setup"
BOARD = f"Requests ({BY})"
HOOK = f"Triage boards ({BY})"
SCHEDULE = f"Sweep of the triage boards ({BY})"
VARIABLE = f"For sweeps of the triage boards ({BY})"
COMMIT = f"Bring issue templates into line with the rules ({BY})"
REMOVAL = f"Take issue templates away ({BY} --remove)"
TOLD = "Write issue templates over as the rules have them"
BRANCH = "triage-setup/issue-templates"
REMOVAL_BRANCH = "triage-setup/remove-issue-templates"

_LABEL = re.compile(rf"(?:\A|\s)\({BY} ([0-9a-f]{{6}})\)\Z")


def described(name: str, color: str, text: str) -> str:
    """The description of a label that setup makes: what the rules say of it, and the mark."""
    return f"{text} ({BY} {_digest(name, color, text)})".lstrip()


def is_marked(description: str) -> bool:
    """Whether setup made the label with that description."""
    return _LABEL.search(description) is not None


def unmarked(description: str) -> str:
    """The description without the mark."""
    return _LABEL.sub("", description)


def is_untouched(name: str, color: str, description: str) -> bool:
    """Whether the label is as setup left it under that name."""
    found = _LABEL.search(description)
    return found is not None and found[1] == _digest(name, color, unmarked(description))


def is_commit_of_ours(title: str) -> bool:
    """Whether setup made the commit with that title, or a merge request of setup's was squashed into it."""
    return title.startswith(COMMIT)


def _digest(name: str, color: str, text: str) -> str:
    return hashlib.sha256(f"{name}\0{color.casefold()}\0{text}".encode()).hexdigest()[:6]
