"""How fast, and does it hold? Each module is a command that prints its figures."""
