"""What Alembic runs: the migrations on the connection at hand, inside its transaction."""

from alembic import context

from estimator.workspace.database import SCHEMA_TABLE

context.configure(
    connection=context.config.attributes["connection"], version_table=SCHEMA_TABLE, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
