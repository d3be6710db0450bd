"""`triage rules test`: the examples inside rules, and the cases beside them."""

from pathlib import Path
from typing import Annotated

import typer

from app.options import Format, FormatOption, RulesOption, rules_folder, show

FAILED = 1


def rules_test(
    rules: RulesOption = None,
    rule: Annotated[str, typer.Option(help="Only what is about this rule, by its id.")] = "",
    board: Annotated[str, typer.Option(help="Only what is on this board, by its id.")] = "",
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file too.")] = None,
    min_coverage: Annotated[
        int, typer.Option(min=0, max=100, help="Fail when less than so many per cent were seen.")
    ] = 0,
    format: FormatOption = Format.text,
) -> None:
    """Run the examples of every rule and the cases in tests/, and say what no test has seen yet."""
    from app import rules_testing
    from app.case_files import load_cases
    from app.rulebook import load

    folder = rules_folder(rules)
    ruleset = load(folder, examples=False)
    tested = rules_testing.run(ruleset, load_cases(folder, ruleset), rule=rule, board=board)
    if junit:
        rules_testing.write_junit(tested, junit)
    show(format, lambda: rules_testing.as_text(tested), lambda: rules_testing.as_data(tested))
    too_little = tested.coverage.percent < min_coverage
    if too_little:
        typer.echo(f"less than {min_coverage} % was seen: add examples or cases", err=True)
    if tested.failed or too_little:
        raise typer.Exit(FAILED)
