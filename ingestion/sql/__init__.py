"""An SQL database as a source: what its YAML file says is read, compared with raw, and kept true.

`source` is the file, `database` and `table` read, `pull` brings what changed and what was deleted,
`reconcile` compares everything now and then.
"""
