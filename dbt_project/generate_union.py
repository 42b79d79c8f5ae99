"""Which KPI models are there? Writes the one model that unites them.

Run it after adding or removing a KPI model: `python dbt_project/generate_union.py`.
A KPI whose readings are plain sums says so in its model's yml, `meta: {plain_sum: true}`: rolled up
over scopes its denominator stays 1, where the denominators of a ratio add up.
"""

from pathlib import Path

from ruamel.yaml import YAML

MODELS = Path(__file__).parent / "models"
TARGET = MODELS / "intermediate" / "int_kpi_reading.sql"
HEADER = "-- Do not edit: written by `python dbt_project/generate_union.py`.\n"
COLUMNS = (
    "scope",
    "period_start",
    "numerator",
    "denominator",
    "value",
    "source_rows",
    "source_changed_at",
    "source_hash",
)


def is_plain_sum(description: Path) -> bool:
    """Whether the KPI model described in this yml file yields plain sums."""
    (model,) = YAML(typ="safe").load(description.read_text(encoding="utf-8"))["models"]
    return bool(model.get("config", {}).get("meta", {}).get("plain_sum", False))


def union_of(models: Path) -> str:
    """The SQL that unites every `kpis/kpi_<id>.sql` below a models folder, in order of name."""
    selects = []
    for model in sorted((models / "kpis").glob("kpi_*.sql")):
        kpi_id = model.stem.removeprefix("kpi_")
        plain_sum = str(is_plain_sum(model.with_suffix(".yml"))).lower()
        columns = [f"'{kpi_id}' as kpi_id", f"{plain_sum} as is_plain_sum", *COLUMNS]
        listed = ",\n    ".join(columns)
        selects.append(f"select\n    {listed}\nfrom {{{{ ref('{model.stem}') }}}}\n")
    return HEADER + "\n" + "\nunion all\n\n".join(selects)


if __name__ == "__main__":
    TARGET.write_text(union_of(MODELS), encoding="utf-8")
