"""What a person types: one file a group of commands, imported only when it runs."""
