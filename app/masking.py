"""Takes the secrets that this process knows out of what it says: the last line of defence, when another one fails.

A GitLab, or a proxy before it, may answer with what it was sent, and such an answer stands in errors, in the journal
and in the log.
"""

SHOWN = "[secret]"
SHORTEST = 6  # characters: shorter ones would black out common words, and protect nothing

_known: set[str] = set()


def remember(*secrets: str | None) -> None:
    """From now on these are taken out. They stay known as long as the process runs."""
    _known.update(secret for secret in secrets if secret and len(secret) >= SHORTEST)


def masked(text: str) -> str:
    """The text without any secret that is known."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, SHOWN)
    return text
