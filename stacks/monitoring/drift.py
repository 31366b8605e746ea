"""Drift: callers' reviews differ from the model's test reviews.

The function behind the API counts reviews by quarter of the test reviews, for two properties. The
population stability index compares these counts with an even spread:
Yurdakul and Naranjo (2020), "Statistical properties of the population stability index".
"""

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import (
    Alarm,
    ComparisonOperator,
    GraphWidget,
    HorizontalAnnotation,
    IMetric,
    MathExpression,
    Metric,
    TreatMissingData,
    YAxisProps,
)
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns import ITopic
from constructs import Construct

from stacks.monitoring.metrics import metric

QUARTERS = (1, 2, 3, 4)
# Prefix of the metrics to the title of their graph
PROPERTIES = {
    "CertaintyQuarter": "Reviews by certainty, from the least certain quarter of the test reviews",
    "UnknownWordsQuarter": "Reviews by unknown words, from the quarter with the fewest",
}
# The index of two properties. That of reviews like the test reviews is chi-squared with 6 degrees
# of freedom, divided by their number: above the limit once in 100 million hours.
LIMIT = 0.25
LEAST_REVIEWS = 200  # an hour
HOUR, DAY = Duration.hours(1), Duration.days(1)
THIRD = 8  # of a dashboard's width of 24 units
EVEN_PERCENT = 25


def declare_drift_alarm(
    scope: Construct, construct_id: str, *, namespace: str, service: str, topic: ITopic
) -> None:
    """Declare an alarm for an hour of reviews that differ from the test reviews.

    It costs $0.80 a month, because it reads eight metrics.

    Args:
        namespace: namespace of the application's metrics.
        service: the function's name in its metrics.
        topic: the topic that the alarm notifies.
    """
    alarm = Alarm(
        scope,
        construct_id,
        alarm_description=(
            "Callers' reviews differ from the model's test reviews: the population "
            f"stability index of an hour with {LEAST_REVIEWS} reviews or more is above {LIMIT}"
        ),
        metric=_index(namespace, service),
        threshold=LIMIT,
        comparison_operator=ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluation_periods=1,
        treat_missing_data=TreatMissingData.NOT_BREACHING,
    )
    alarm.add_alarm_action(SnsAction(topic))


def drift_graphs(namespace: str, service: str) -> list[GraphWidget]:
    """Return the dashboard's row: the shares of the quarters by day, and the index by hour."""
    even = HorizontalAnnotation(value=EVEN_PERCENT, label="test reviews")
    shares = [
        GraphWidget(
            title=title,
            left=[_share(namespace, service, prefix, quarter) for quarter in QUARTERS],
            left_annotations=[even],
            left_y_axis=YAxisProps(label="% of a day", show_units=False, min=0, max=100),
            width=THIRD,
        )
        for prefix, title in PROPERTIES.items()
    ]
    limit = HorizontalAnnotation(value=LIMIT, label="alarm")
    index = GraphWidget(
        title=f"Population stability index of hours with {LEAST_REVIEWS} reviews or more",
        left=[_index(namespace, service)],
        left_annotations=[limit],
        left_y_axis=YAxisProps(label="", show_units=False, min=0),
        width=THIRD,
    )
    return [*shares, index]


def _share(namespace: str, service: str, prefix: str, quarter: int) -> IMetric:
    ids = _ids(prefix)
    return MathExpression(
        expression=f"100 * {ids[quarter]} / ({' + '.join(ids.values())})",
        using_metrics=_metrics(namespace, service, prefix, DAY),
        label=f"quarter {quarter}",
        period=DAY,
    )


def _index(namespace: str, service: str) -> IMetric:
    """Return the sum of both properties' indexes, and 0 for an hour with little traffic."""
    total = f"({' + '.join(_ids(next(iter(PROPERTIES))).values())})"
    terms = [
        # Half a review more in each quarter, since an empty one would have an infinite index
        f"({share} - 0.25) * LOG(4 * {share})"
        for prefix in PROPERTIES
        for share in (f"(({one} + 0.5) / ({total} + 2))" for one in _ids(prefix).values())
    ]
    return MathExpression(
        expression=f"IF({total} >= {LEAST_REVIEWS}, {' + '.join(terms)}, 0)",
        using_metrics={
            name: one
            for prefix in PROPERTIES
            for name, one in _metrics(namespace, service, prefix, HOUR).items()
        },
        label="index",
        period=HOUR,
    )


def _metrics(namespace: str, service: str, prefix: str, period: Duration) -> dict[str, IMetric]:
    found: dict[str, IMetric] = {}
    for quarter, name in _ids(prefix).items():
        counted: Metric = metric(
            namespace, f"{prefix}{quarter}", "Sum", {"service": service}, period=period
        )
        found[name] = counted
    return found


def _ids(prefix: str) -> dict[int, str]:
    """Return the ids of a property's metrics in an expression, by quarter."""
    return {quarter: f"{prefix[0].lower()}{quarter}" for quarter in QUARTERS}
