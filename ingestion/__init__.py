"""What did the source system say?

`ingestion/sources/<name>.py` describes one source and reads it; `pull()` lands what is new in the
append-only raw tables and returns a receipt; `land()` does the same for a snapshot made here.
Importing this package or any source module loads neither dlt nor a driver: the work does.
"""
