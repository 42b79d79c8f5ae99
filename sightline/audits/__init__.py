"""What does each department's figures say about a breach? One question, one file.

A question is a module with `DEPARTMENT` (an id of the vocabulary), `QUESTION` (what is asked) and
`answer(evidence)`, which returns an Answer, or None where the marts hold nothing to answer from.
The folder is the registry: a file dropped in here is asked in the next audit.
"""
