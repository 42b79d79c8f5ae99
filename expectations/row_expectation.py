"""The one module that imports Great Expectations at its top: import it inside functions only.

Great Expectations 1.24 has no engine for DuckDB, so it is given a pandas frame of the few rows a
guard needs. All KPIs of a guard share one frame, one suite and one checkpoint, one expectation a
part, so that what a checkpoint costs is paid once a guard.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd

from expectations.guard import Examination, Kind, Row

with warnings.catch_warnings():
    # Great Expectations 1.24 still imports sre_constants, deprecated since Python 3.11.
    warnings.simplefilter("ignore", DeprecationWarning)
    import great_expectations as gx
    from great_expectations.core.id_dict import IDDict
    from great_expectations.core.metric_domain_types import MetricDomainTypes
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        FilesystemStoreBackendDefaults,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.execution_engine import PandasExecutionEngine
    from great_expectations.expectations.expectation import BatchExpectation
    from great_expectations.expectations.expectation_configuration import parse_result_format
    from great_expectations.expectations.metrics.metric_provider import metric_value
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
    from great_expectations.types import SerializableDictDot
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.validator import ValidationDependencies

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

# An uncorrected p under this makes the expectation itself fail; a question needs the corrected one.
EXPECTATION_LEVEL = 0.01


class EvidenceByPart(TableMetricProvider):  # type: ignore[misc]  # GX ships no checkable types
    """Metric: the rows of the batch by part, computed once for all expectations."""

    metric_name = "evidence.by_part"

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]  # as above
    def _pandas(  # GX calls it with the class
        cls,  # noqa: N805 - as above
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        **_: Any,
    ) -> dict[str, list[Row]]:
        frame, _, _ = execution_engine.get_compute_domain(
            domain_kwargs=metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE
        )
        parts: dict[str, list[Row]] = {}
        for row in frame["row"]:
            parts.setdefault(row["part"], []).append(row)
        return parts


class Answer(SerializableDictDot):  # type: ignore[misc]  # GX ships no checkable types
    """An examination inside a validation result, which Great Expectations keeps as JSON."""

    def __init__(self, examination: Examination) -> None:
        self.examination = examination

    def __deepcopy__(self, memo: dict[int, Any]) -> Answer:
        """Itself: an examination never changes, and results are copied over and over."""
        return self

    def to_json_dict(self) -> dict[str, Any]:
        """What is kept beside the counts of the result."""
        seen = self.examination
        return {"outcome": seen.outcome.value, "p_value": seen.p_value, "n": seen.n}


class RowExpectation(BatchExpectation):  # type: ignore[misc]  # GX ships no checkable types
    """Base of every guard's expectation: one part of the evidence in, one Examination out.

    A subclass declares its parameters as fields (an unknown one in a definition is refused) and
    implements `examine`. It must never catch its own errors: an exception is an error of the run.
    """

    success_keys = ("part",)

    part: str

    def __eq__(self, other: object) -> bool:
        """As Great Expectations compares, after a look at the part and at the fields as they are.

        It asks again and again whether a suite is as it was stored, and builds a nested
        dictionary of each of two expectations to compare them.
        """
        if not isinstance(other, RowExpectation) or self.part != other.part:
            return False
        return vars(self) == vars(other) or bool(super().__eq__(other))

    __hash__ = BatchExpectation.__hash__

    def examine(self, rows: list[Row]) -> Examination:
        """Judge the rows of this part, which are never empty and come in no promised order."""
        raise NotImplementedError

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: Any = None
    ) -> ValidationDependencies:
        """One metric of the whole batch, whatever the parameters.

        Great Expectations would look for the domain of the metric among them, building each
        expectation anew for it.
        """
        metric = MetricConfiguration(
            EvidenceByPart.metric_name, IDDict(batch_id=self.batch_id), IDDict()
        )
        return ValidationDependencies(
            metric_configurations={EvidenceByPart.metric_name: metric},
            result_format=parse_result_format(runtime_configuration["result_format"]),
        )

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: Any = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        examination = self.examine(metrics[EvidenceByPart.metric_name][self.part])
        p_value = examination.p_value
        fits = not examination.suspicions if p_value is None else p_value >= EXPECTATION_LEVEL
        return {
            "success": fits,
            "result": {
                "observed_value": examination.detail,
                "unexpected_count": examination.unexpected_count,
                "unexpected_percent": 100 * examination.unexpected_count / max(examination.n, 1),
                "element_count": examination.n,
                "examination": Answer(examination),
            },
        }


def severity_of(kind: Kind) -> str:
    """Great Expectations' own word for how grave it is when a guard of this kind asks."""
    return "critical" if kind is Kind.STRUCTURAL else "warning"


def evaluate(
    rows: Sequence[Row],
    expectations: Sequence[RowExpectation],
    *,
    name: str,
    at: datetime,
    store: Path | None = None,
) -> dict[str, Examination | str]:
    """Evaluate expectations over rows that carry their `part`; part → examination, or its error.

    Suite, checkpoint and validation result `name` are kept below `store`, or nowhere without one.
    A part missing from the answer was not evaluated: Great Expectations counts an expectation that
    raised as evaluated, so only what holds an Examination may be counted.
    """
    context = context_in(store)
    asset = context.data_sources.add_pandas("warehouse").add_dataframe_asset(name)
    # Adding a checkpoint adds what it stands on; each by itself would be written once more.
    checkpoint = context.checkpoints.add_or_update(
        gx.Checkpoint(
            name=name,
            validation_definitions=[
                gx.ValidationDefinition(
                    name=name,
                    data=asset.add_batch_definition_whole_dataframe("closed_periods"),
                    suite=gx.ExpectationSuite(name=name, expectations=list(expectations)),
                )
            ],
        )
    )
    # A row stays one object: decimals and dates stay exact, and no columns are built to be undone.
    frame = pd.DataFrame({"row": list(rows)}, dtype=object)
    run = checkpoint.run(
        batch_parameters={"dataframe": frame},
        run_id=RunIdentifier(run_name=at.isoformat(), run_time=at),
    )
    answers: dict[str, Examination | str] = {}
    for result in (one for results in run.run_results.values() for one in results.results):
        part = result.expectation_config.kwargs["part"]
        error = _error(result.exception_info)
        answer = result.result.get("examination")
        if error is not None:
            answers[part] = error
        elif isinstance(answer, Answer):
            answers[part] = answer.examination
    return answers


def context_in(store: Path | None) -> Any:
    """A context that says nothing to anybody, with its stores in a folder, or in memory."""
    defaults = (
        InMemoryStoreBackendDefaults()
        if store is None
        else FilesystemStoreBackendDefaults(root_directory=str(store))
    )
    return gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=defaults,
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )


def _error(exception_info: Any) -> str | None:
    """The message of a raised exception; a failing metric nests it one level deeper."""
    infos = [exception_info] if "raised_exception" in exception_info else exception_info.values()
    for info in infos:
        if info["raised_exception"]:
            return str(info["exception_message"])
    return None
