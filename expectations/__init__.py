"""Can we trust the number?

A guard looks at the evidence behind a KPI and asks its owner a question where the evidence does not
fit; it never accuses. One guard is one file in `guards/`, and the folder is the registry.
`judge.judge` runs the guards that the KPI definitions name and answers with plain rows: findings,
one verdict (trusted, contested, insufficient) per KPI, scope and closed period, and one guard run
per KPI and guard. `link_evidence.weigh_links` asks whether the KPIs that are said to lead a key
result lead it. Importing this package costs nothing: Great Expectations, pandas, numpy and scipy
are imported only while they work, because Great Expectations alone takes 5 CPU seconds.
"""
