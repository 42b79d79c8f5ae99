"""Who needs to know, and what do they see? Board, case pages, alerts, channels, terminal card.

One page of words for every status (`status.py`), one place for every question put to the marts
(`marts.py`). Nothing heavy is imported here: templates, charts and senders load when they are used.
"""
