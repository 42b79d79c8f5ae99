"""What do the words mean?

The core of Sightline: the definitions people decide on (objectives, KPIs, policies, vocabulary),
the checks they must pass, and what is derived from them. It imports no orchestrator, loader or
presentation library, and importing it touches neither disk nor network.
"""
