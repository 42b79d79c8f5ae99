"""What runs when, and who is watching? Dagster: one thin file a wrapped folder, and the CLI.

This is the only package that knows all the others; none of them imports it.
"""
