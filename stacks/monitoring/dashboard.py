"""The CloudWatch dashboard of an environment."""

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import (
    Dashboard,
    GraphWidget,
    IMetric,
    MathExpression,
    YAxisProps,
)
from constructs import Construct

from stacks.monitoring.drift import DAY, drift_graphs
from stacks.monitoring.metrics import FIVE_MINUTES, ApiMetrics, EndpointMetrics, metric
from stacks.names import SERVICE

HALF = 12  # half of a dashboard's width of 24 units
SERVED_BY = {"service": SERVICE}  # dimension that Powertools adds
TWO_WEEKS = Duration.days(14)


class EnvironmentDashboard(Construct):
    """Dashboard of traffic, errors, latency, instances, and the accuracy of each training.

    Creates: one dashboard.
    Idle: $3 a month, or nothing for an account's first three dashboards.
    Destroy: the dashboard is deleted; its metrics stay for 15 months.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        api: ApiMetrics,
        endpoint: EndpointMetrics,
        namespace: str,
        real_time: bool,
        drift: bool,
        feedback: bool,
    ) -> None:
        """Declare the dashboard.

        Args:
            name: the dashboard's name, unique in the account: dashboards have no region.
            api: metrics of the API and its function.
            endpoint: metrics of the endpoint.
            namespace: namespace of the application's metrics.
            real_time: whether the endpoint has instances.
            drift: whether callers' reviews are compared with the test reviews.
            feedback: whether the API accepts feedback.
        """
        super().__init__(scope, construct_id)
        hosts = [endpoint.instances()] if real_time else []
        concurrency = _graph(
            "Instances and concurrency",
            "",
            *hosts,
            api.of_function("ConcurrentExecutions", "Maximum", "function at the same time"),
        )
        accuracy = _graph(
            "Accuracy of each training, on reviews it did not train on",
            "",
            metric(namespace, "TrainingAccuracy", "Maximum", {}, label="accuracy"),
        )
        Dashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            default_interval=TWO_WEEKS,
            widgets=[
                [_traffic(api, endpoint, namespace), _errors(api, endpoint)],
                [_latency(api, endpoint, statistic) for statistic in ("p50", "p99")],
                [concurrency, accuracy],
                *([drift_graphs(namespace, SERVICE)] if drift else []),
                *([[_agreement(namespace)]] if feedback else []),
            ],
        )


def _traffic(api: ApiMetrics, endpoint: EndpointMetrics, namespace: str) -> GraphWidget:
    return _graph(
        "Traffic",
        "requests",
        api.of_api("Count", "Sum", "requests to the API"),
        endpoint.of_requests("Invocations", "Sum", "invocations of the model"),
        _verdicts(namespace),
        metric(namespace, "Refused", "Sum", SERVED_BY, label="refused requests"),
    )


def _errors(api: ApiMetrics, endpoint: EndpointMetrics) -> GraphWidget:
    return _graph(
        "Errors",
        "requests",
        api.of_api("4XXError", "Sum", "API, 4XX"),
        api.of_api("5XXError", "Sum", "API, 5XX"),
        api.of_function("Errors", "Sum", "function"),
        api.of_function("Throttles", "Sum", "function throttled"),
        endpoint.of_requests("Invocation4XXErrors", "Sum", "endpoint, 4XX"),
        endpoint.of_requests("Invocation5XXErrors", "Sum", "endpoint, 5XX"),
    )


def _latency(api: ApiMetrics, endpoint: EndpointMetrics, statistic: str) -> GraphWidget:
    return _graph(
        f"Where the time goes, {statistic}",
        "ms",
        api.of_api("Latency", statistic, "API, in total"),
        api.of_function("Duration", statistic, "function"),
        endpoint.milliseconds("OverheadLatency", statistic, "SageMaker's overhead"),
        endpoint.milliseconds("ModelLatency", statistic, "model"),
    )


def _verdicts(namespace: str) -> IMetric:
    """Return the number of verdicts of each label, whatever the labels are."""
    return _by_dimension(namespace, "Verdicts", "label", "Sum", FIVE_MINUTES)


def _agreement(namespace: str) -> GraphWidget:
    """Return the agreement of feedback with each version of the model, by day."""
    by_version = _by_dimension(namespace, "Agreement", "model_version", "Average", DAY)
    return _graph("Feedback that agrees with the model, by its version", "%", by_version)


def _by_dimension(
    namespace: str, name: str, dimension: str, statistic: str, period: Duration
) -> IMetric:
    """Return a metric for each value of a dimension.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
    """
    search = f'{{"{namespace}",{dimension},service}} MetricName="{name}"'
    return MathExpression(
        expression=f"SEARCH('{search}', '{statistic}', {period.to_seconds()})",
        label=f"${{PROP('Dim.{dimension}')}}",
        period=period,
    )


def _graph(title: str, unit: str, *metrics: IMetric) -> GraphWidget:
    return GraphWidget(
        title=title,
        left=list(metrics),
        left_y_axis=YAxisProps(label=unit, show_units=False),
        width=HALF,
    )
