"""Is what dbt builds true? One build on an empty warehouse, shared by all tests here."""
