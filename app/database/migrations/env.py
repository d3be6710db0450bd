"""Runs the migrations on the connection that it is handed, in that one's transaction."""

from alembic import context

from app.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
