"""PostgreSQL as Django knows it, but not waited for without end."""
