"""Which guards are there? One file each; the docstring says why it flags and how to remedy.

A guard file holds `GUARD` (see `expectations.guard.Guard`) and `expectation()`, which returns its
Great Expectations class. Nothing else has to be edited to add one.
"""
