"""Budgets, every version of each, and which of their alerts went out."""

import sqlalchemy as sa
from alembic import op

revision = "v2"
down_revision = "v1"


def upgrade() -> None:
    op.create_table(
        "breakeven_budgets",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("client_id", sa.Integer, sa.ForeignKey("breakeven_clients.id"), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("client_id", "name", name="breakeven_budgets_by_name"),
    )
    op.create_table(
        "breakeven_budget_versions",
        sa.Column("budget_id", sa.Integer, sa.ForeignKey("breakeven_budgets.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("saved_at", sa.String(32), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.CheckConstraint("number > 0", name="breakeven_budget_versions_from_1"),
    )
    op.create_table(
        "breakeven_fired",
        sa.Column("budget_id", sa.Integer, sa.ForeignKey("breakeven_budgets.id"), primary_key=True),
        sa.Column("cause", sa.String(200), primary_key=True),
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("fired_at", sa.String(32), nullable=False),
    )
