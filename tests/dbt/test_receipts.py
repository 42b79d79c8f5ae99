"""The moment of judgement is the newest receipt of whatever is pulled or landed, none left out."""

import re

from ingestion.snapshot import SNAPSHOTS
from ingestion.source import sources
from tests.dbt.conftest import PROJECT


def test_the_receipts_of_every_dataset_are_read() -> None:
    model = PROJECT / "models/staging/receipts/stg_receipts__receipt.sql"
    read = re.findall(r"'(raw_\w+)'", model.read_text(encoding="utf-8"))
    landed = [source.dataset for source in (*sources().values(), *SNAPSHOTS)]
    assert read == sorted(landed)
