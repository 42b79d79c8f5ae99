"""How often do guards ask for nothing, and what do they see? `python -m benchmarks.guards`"""
