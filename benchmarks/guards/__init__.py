"""How often do the guards ask for nothing, and how much do they see? `python -m benchmarks.guards`"""
