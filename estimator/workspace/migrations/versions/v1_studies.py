"""Clients, their studies, and every version of each."""

import sqlalchemy as sa
from alembic import op

revision = "v1"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "breakeven_clients",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.UniqueConstraint("owner", "name", name="breakeven_clients_by_name"),
    )
    op.create_table(
        "breakeven_studies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("client_id", sa.Integer, sa.ForeignKey("breakeven_clients.id"), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("client_id", "name", name="breakeven_studies_by_name"),
    )
    op.create_table(
        "breakeven_versions",
        sa.Column("study_id", sa.Integer, sa.ForeignKey("breakeven_studies.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("saved_at", sa.String(32), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.CheckConstraint("number > 0", name="breakeven_versions_from_1"),
    )
