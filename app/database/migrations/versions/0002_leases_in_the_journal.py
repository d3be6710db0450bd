"""Whose look each journal entry is, which issues are parked, and which deliveries came."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("failures", sa.Integer, nullable=False, server_default="0"))
    op.add_column("inbox", sa.Column("failing_since", sa.BigInteger))
    op.add_column("inbox", sa.Column("parked_at", sa.BigInteger))
    op.add_column("journal", sa.Column("worker", sa.Text, nullable=False, server_default=""))
    op.add_column("journal", sa.Column("lease", sa.Text, nullable=False, server_default=""))
    op.add_column("journal", sa.Column("held_until", sa.BigInteger))
    op.create_table(
        "deliveries",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("project_id", sa.BigInteger, nullable=False),
        sa.Column("iid", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("told_at", sa.BigInteger),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_index("ix_deliveries_received_at", "deliveries", ["received_at"])
    op.create_index("deliveries_by_issue", "deliveries", ["project_id", "iid"])
