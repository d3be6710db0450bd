"""`triage db`: the version of the schema. Parses and prints; decides nothing."""

import typer

from app.options import Format, FormatOption, show

database_app = typer.Typer(help="See and upgrade the database's schema.", no_args_is_help=True)


@database_app.command("upgrade")
def upgrade_schema() -> None:
    """Bring the schema to this program's version; what is stored stays. SQLite is upgraded at every start anyway."""
    from app.database import HEAD, connect, shown, upgrading
    from app.settings import read_database_settings

    engine = connect(read_database_settings().database_url)
    before = upgrading(engine)
    engine.dispose()
    was = "already" if before == HEAD else f"now (it was {before or 'empty'})"
    typer.echo(f"{shown(engine.url)}: the schema has version {HEAD} {was}.")


@database_app.command("current")
def current_schema(format: FormatOption = Format.text) -> None:
    """Say which version the schema has, and which one this program needs."""
    from app.database import HEAD, connect, shown, version
    from app.settings import read_database_settings

    engine = connect(read_database_settings().database_url)
    found = version(engine)
    engine.dispose()
    data = {"database": shown(engine.url), "version": found, "needed": HEAD}
    show(format, lambda: f"{data['database']}: version {found or 'none'}, needed {HEAD}", lambda: data)
