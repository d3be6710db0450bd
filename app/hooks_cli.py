"""`triage hooks`: whether events can come. Looks only, and parses and prints; decides nothing."""

from typing import Annotated

import typer

from app.options import Format, FormatOption, show

FAILED = 1


def hooks(
    board: Annotated[
        list[str] | None, typer.Option(help="Only this board; may be given several times.")
    ] = None,
    format: FormatOption = Format.text,
) -> None:
    """Say of each board's webhook whether GitLab has it on, and what its last delivery came to; 1 unless all work."""
    from app.sweep import choose_boards, hooks_of
    from app.tools import connect

    tools = connect(journal=False, examples=False)
    seen = hooks_of(choose_boards(tools.ruleset, board or []), tools.gitlab)
    working = all(hook.verdict == "works" for hook in seen)
    show(
        format,
        lambda: "\n".join(map(str, seen)) or "No board needs a hook: all are only watched.",
        lambda: {"ok": working, "hooks": [hook.as_dict() for hook in seen]},
    )
    if not working:
        raise typer.Exit(FAILED)
