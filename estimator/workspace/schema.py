"""The tables of saved work. The migrations make them; a test holds both to each other."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()

# Whose work it is: `owner` is nobody's name or address, but a digest of who signed in, or `local`.
CLIENTS = Table(
    "breakeven_clients",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("name", String(100), nullable=False),
    UniqueConstraint("owner", "name", name="breakeven_clients_by_name"),
)

# `version` is the number of the newest, which a save must know to be let in.
STUDIES = Table(
    "breakeven_studies",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("client_id", Integer, ForeignKey("breakeven_clients.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("client_id", "name", name="breakeven_studies_by_name"),
)

# `saved_at` is an instant in ISO form, in UTC; `document` what document.write makes.
VERSIONS = Table(
    "breakeven_versions",
    METADATA,
    Column("study_id", Integer, ForeignKey("breakeven_studies.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("saved_at", String(32), nullable=False),
    Column("document", Text, nullable=False),
    CheckConstraint("number > 0", name="breakeven_versions_from_1"),
)

# Budgets are kept as studies are; the bills of their months are in the document.
BUDGETS = Table(
    "breakeven_budgets",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("client_id", Integer, ForeignKey("breakeven_clients.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("client_id", "name", name="breakeven_budgets_by_name"),
)

BUDGET_VERSIONS = Table(
    "breakeven_budget_versions",
    METADATA,
    Column("budget_id", Integer, ForeignKey("breakeven_budgets.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("saved_at", String(32), nullable=False),
    Column("document", Text, nullable=False),
    CheckConstraint("number > 0", name="breakeven_budget_versions_from_1"),
)

# One for each client; `version` counts the saves, and a save must know it to be let in.
BRANDS = Table(
    "breakeven_brands",
    METADATA,
    Column("client_id", Integer, ForeignKey("breakeven_clients.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("saved_at", String(32), nullable=False),
    Column("document", Text, nullable=False),
)

# Which alerts went out: each once for a `cause` in a month (`2026-11`) and on a `channel`.
FIRED = Table(
    "breakeven_fired",
    METADATA,
    Column("budget_id", Integer, ForeignKey("breakeven_budgets.id"), primary_key=True),
    Column("cause", String(200), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("fired_at", String(32), nullable=False),
)
