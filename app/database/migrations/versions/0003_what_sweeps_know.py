"""Which run of a sweep each journal entry is of, and what sweeps know of issues and boards from before."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("journal", sa.Column("run", sa.Text, nullable=False, server_default=""))
    op.add_column("journal", sa.Column("done", sa.Integer, nullable=False, server_default="0"))
    op.create_index("journal_by_run", "journal", ["run", "id"])
    op.create_table(
        "known_issues",
        sa.Column("project_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("iid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("read_at", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("judged_by", sa.Text, nullable=False),
        sa.Column("row", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary),
    )
    op.create_table(
        "known_boards",
        sa.Column("project_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("gitlab", sa.Text, nullable=False),
        sa.Column("complete_from", sa.BigInteger),
        sa.Column("listed_from", sa.BigInteger),
    )
