"""What does it look like on a real firm? A simulated logistics firm with planted truths.

Northline Logistics runs a parcel hub in the north and one in the south. `demo.firm.build` writes
its ERP database, its issue tracker and its workbooks as they stand on one Monday morning,
`demo.live` lets the firm live on day by day, and `demo.tracker` serves the issue tracker.
Nothing here imports the project: the firm is a set of source systems and knows nobody who reads it.
"""
