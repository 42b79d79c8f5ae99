"""How does alembic reach the casebook? Through the transaction of whoever opens it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
