"""Search: filters over all members of a kind of resource.

Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SearchExpression.html
"""

import operator
from collections.abc import Callable, Iterator
from typing import Any

from botocore.utils import parse_to_aware_datetime

from local_aws.sagemaker.errors import invalid
from local_aws.sagemaker.listing import part
from local_aws.sagemaker.store import Record
from local_aws.sagemaker.validation import members_of

ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "GreaterThan": operator.gt, "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt, "LessThanOrEqualTo": operator.le,
}  # fmt: skip
# Members that are lists of names and values: filters name the entry, such as Tags.project.
ENTRIES = {
    "Tags": ("Tags", "Key", "Value"),
    "Metrics": ("FinalMetricDataList", "MetricName", "Value"),
}
DEFAULT_SORT = "LastModifiedTime"


def search(resource: str, records: list[Record], request: Record) -> Record:
    """Return one page of the resources that a request's expression selects.

    Args:
        resource: the kind of resource that `records` are.
        records: all of them, as described.
        request: the parameters of Search.

    Raises:
        SageMakerError: for another kind, an invalid filter, or a NextToken of no earlier answer.
    """
    if request["Resource"] != resource:
        raise invalid(
            f"The embedded SageMaker searches {resource} resources only, not {request['Resource']}."
        )
    expression = request.get("SearchExpression", {})
    _check_properties(resource, expression)
    found = [record for record in records if _matches(record, expression)]
    by = request.get("SortBy", DEFAULT_SORT)
    found.sort(key=lambda record: _sort_key(next(_values(record, by), None)))
    if request.get("SortOrder", "Descending") == "Descending":
        found.reverse()
    shown, token = part(found, request, "Results")
    return {
        "Results": [{resource: record} for record in shown],
        "TotalHits": {"Value": len(found), "Relation": "EqualTo"},
        **token,
    }


def _check_properties(resource: str, expression: Record) -> None:
    """Refuse a filter on a property that the resource does not have.

    Raises:
        SageMakerError: naming the property.
    """
    known = {*members_of(resource), *ENTRIES}
    names = [one["Name"] for one in expression.get("Filters", [])]
    names += [one["NestedPropertyName"] for one in expression.get("NestedFilters", [])]
    for name in names:
        if name.partition(".")[0] not in known:
            raise invalid(f"Unknown property name: {name} is not a property of {resource}.")
    for below in expression.get("SubExpressions", []):
        _check_properties(resource, below)


def _matches(record: Record, expression: Record) -> bool:
    verdicts = [
        *(_passes(record, one) for one in expression.get("Filters", [])),
        *(_passes_nested(record, one) for one in expression.get("NestedFilters", [])),
        *(_matches(record, one) for one in expression.get("SubExpressions", [])),
    ]
    either = expression.get("Operator") == "Or" and verdicts
    return any(verdicts) if either else all(verdicts)


def _passes_nested(record: Record, nested: Record) -> bool:
    """Return whether one entry of a list, such as an input channel, passes all filters."""
    name = nested["NestedPropertyName"]
    return any(
        all(_passes({name: entry}, one) for one in nested["Filters"])
        for entry in _values(record, name)
    )


def _passes(record: Record, condition: Record) -> bool:
    values = list(_values(record, condition["Name"]))
    comparison = condition.get("Operator", "Equals")
    if comparison in {"Exists", "NotExists"}:
        return (comparison == "Exists") is bool(values)
    if "Value" not in condition:
        raise invalid(f"The filter on {condition['Name']} needs a Value for {comparison}.")
    wanted = str(condition["Value"])
    if comparison == "NotEquals":
        return not any(_compare("Equals", value, wanted) for value in values)
    return any(_compare(comparison, value, wanted) for value in values)


def _compare(comparison: str, value: Any, wanted: str) -> bool:
    if comparison == "Contains":
        return wanted.lower() in str(value).lower()
    if comparison == "In":
        return any(_compare("Equals", value, one.strip()) for one in wanted.split(","))
    if isinstance(value, bool):
        return comparison == "Equals" and str(value).lower() == wanted.lower()
    typed = _number(wanted) if isinstance(value, int | float) else wanted
    if comparison == "Equals":
        return bool(value == typed)
    if typed is None or not isinstance(value, int | float | str):
        return False
    return ORDERED[comparison](value, typed)


def _number(text: str) -> float | None:
    """Return a number, or the seconds since 1970 of a time."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(parse_to_aware_datetime(text).timestamp())
    except (ValueError, OverflowError):
        return None


def _sort_key(value: Any) -> tuple[int, float, str]:
    """Order missing values first, then numbers, then texts."""
    if value is None:
        return 0, 0.0, ""
    return (1, float(value), "") if isinstance(value, int | float) else (2, 0.0, str(value))


def _values(value: Any, path: str) -> Iterator[Any]:
    """Yield the values at a path of members; each entry of a list counts."""
    if isinstance(value, list):
        for entry in value:
            yield from _values(entry, path)
    elif not path:
        yield value
    elif isinstance(value, dict):
        first, _, rest = path.partition(".")
        if first in ENTRIES:
            member, name, content = ENTRIES[first]
            yield from (one[content] for one in value.get(member, []) if one[name] == rest)
        if first in value:
            yield from _values(value[first], rest)
        if rest and path in value:  # a hyperparameter's name may contain dots
            yield from _values(value[path], "")
