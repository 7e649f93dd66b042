"""Django's PostgreSQL, that asks less whether the connection still stands."""
