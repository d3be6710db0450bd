"""A name within quotes, as timelines read it."""

import json


def line(text: str) -> str:
    """The text in quotes, on one line."""
    return json.dumps(text, ensure_ascii=False)
