"""How the reports of each client look."""

import sqlalchemy as sa
from alembic import op

revision = "v3"
down_revision = "v2"


def upgrade() -> None:
    op.create_table(
        "breakeven_brands",
        sa.Column("client_id", sa.Integer, sa.ForeignKey("breakeven_clients.id"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("saved_at", sa.String(32), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
