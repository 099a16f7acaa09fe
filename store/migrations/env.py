"""Alembic's entry: runs the migrations on the connection that store/migrate.py hands over."""

from alembic import context

from store.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():  # on SQLite the caller's transaction holds all of it
    context.run_migrations()
