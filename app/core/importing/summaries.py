"""The summary issue of a rule of gitlab-triage as ours: one that is kept up, in place of a new one at each run."""

import re
from collections.abc import Mapping
from typing import Any

from app.core.importing.comments import QUICK, template
from app.core.importing.found import Found

LABEL = re.compile(r"~(?:\"([^\"]+)\"|(\S+))")
ONE = "one issue on each board is kept up and edited in place, and there each run opens a new one"
OF_ALL = ("items", "title")


def summary_issue(found: Found, value: Any) -> dict[str, Any]:
    """What `summarize` comes to; empty where it cannot be taken, which is told in `found`."""
    spec = value if isinstance(value, Mapping) else {}
    path = ("actions", "summarize")
    if not (title := str(spec.get("title") or "").strip()):
        found.lack("a summary issue needs a title", *path)
        return {}
    found.change(ONE, *path)
    if spec.get("destination"):
        found.change("the issue comes into the board's own project", *path, "destination")
    if spec.get("redact_confidential_resources") is False:
        told = "confidential issues are told by reference only here"
        found.change(told, *path, "redact_confidential_resources")
    made: dict[str, Any] = {"title": " ".join(template(found, title, *path, "title", ours=()).split())[:200]}
    made["item"] = template(found, str(spec.get("item") or "").rstrip("\n"), *path, "item")
    lines, labels = [], []
    for line in str(spec.get("summary") or "{{items}}").split("\n"):
        quick = QUICK.fullmatch(line.strip()) if line.startswith("/") else None
        if quick and quick[1] in ("label", "labels"):
            labels += [first or second for first, second in LABEL.findall(quick[2] or "")]
        elif quick:
            found.change(f"the quick action `{line.strip()[:80]}` is not done here", *path, "summary")
        else:
            lines.append(line)
    made["text"] = template(found, "\n".join(lines).strip(), *path, "summary", ours=OF_ALL)
    return {key: each for key, each in (made | {"labels": labels}).items() if each}
