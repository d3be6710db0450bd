"""Regular expressions as patterns with `*` and `?`, as far as they are simple."""

import re

_SIMPLE = re.compile(r"\.\*|\.\+|\\s\+?|\\.|[^\\]", re.DOTALL)
_MARKS = frozenset("[](){}|+*?^$.")


def as_glob(expression: str) -> str | None:
    """`^type::.+` as `type::?*`; None where stars and question marks do not say it."""
    body = expression.removeprefix("\\A")
    first = body.startswith("^") or body != expression
    body = body.removeprefix("^")
    last = body.endswith(("$", "\\z", "\\Z")) and not body.endswith("\\$")
    body = re.sub(r"(?:\$|\\[zZ])\Z", "", body) if last else body
    out = ""
    for piece in _SIMPLE.findall(body):
        if (read := _piece(piece)) is None:
            return None
        out += read
    glob = re.sub(r"\*+", "*", f"{'' if first else '*'}{out}{'' if last else '*'}")
    return glob or None


def _piece(piece: str) -> str | None:
    match piece:
        case ".*":
            return "*"
        case ".+":
            return "?*"
        case "." | "\\.":
            return "?" if piece == "." else "."
        case "\\s" | "\\s+":
            return " "
    if piece.startswith("\\"):
        return piece[1] if not piece[1].isalnum() and piece[1] not in "*?" else None
    return None if piece in _MARKS else piece
