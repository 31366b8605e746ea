"""Metrics of an environment, from AWS and from the application."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import IMetric, MathExpression, Metric

FIVE_MINUTES = Duration.minutes(5)
MINUTE = Duration.minutes(1)
HOSTS = "/aws/sagemaker/Endpoints"


@dataclass(frozen=True)
class ApiMetrics:
    """Metrics of an API and the function behind it.

    Sources:
        https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html

    Attributes:
        api: name of the REST API.
        stage: its stage.
        function: name of the function.
    """

    api: str
    stage: str
    function: str

    def of_api(self, name: str, statistic: str, label: str | None = None) -> Metric:
        """Return a metric of the API."""
        dimensions = {"ApiName": self.api, "Stage": self.stage}
        return metric("AWS/ApiGateway", name, statistic, dimensions, label=label)

    def of_function(self, name: str, statistic: str, label: str | None = None) -> Metric:
        """Return a metric of the function."""
        dimensions = {"FunctionName": self.function}
        return metric("AWS/Lambda", name, statistic, dimensions, label=label)


@dataclass(frozen=True)
class EndpointMetrics:
    """Metrics of an endpoint: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html.

    Attributes:
        endpoint: its name.
        variant: its production variant.
    """

    endpoint: str
    variant: str

    def of_requests(
        self,
        name: str,
        statistic: str,
        label: str | None = None,
        *,
        period: Duration = FIVE_MINUTES,
    ) -> Metric:
        """Return a metric of the endpoint's requests."""
        return metric(
            "AWS/SageMaker", name, statistic, self._dimensions, label=label, period=period
        )

    def of_hosts(self, name: str, statistic: str) -> Metric:
        """Return a metric of the endpoint's instances."""
        return metric(HOSTS, name, statistic, self._dimensions)

    def milliseconds(self, name: str, statistic: str, label: str) -> IMetric:
        """Return a latency in milliseconds; AWS reports microseconds."""
        microseconds = f"us_{name}"  # ids must be unique within a graph
        return MathExpression(
            expression=f"{microseconds} / 1000",
            using_metrics={microseconds: self.of_requests(name, statistic)},
            label=label,
            period=FIVE_MINUTES,
        )

    def instances(self) -> IMetric:
        """Return the number of instances, for which AWS has no metric."""
        return MathExpression(
            expression="invocations / each",
            using_metrics={
                "invocations": self.of_requests("Invocations", "Sum"),
                "each": self.of_requests("InvocationsPerInstance", "Sum"),
            },
            label="instances, seen by the invocations",
            period=FIVE_MINUTES,
        )

    @property
    def _dimensions(self) -> dict[str, str]:
        return {"EndpointName": self.endpoint, "VariantName": self.variant}


def metric(
    namespace: str,
    name: str,
    statistic: str,
    dimensions: Mapping[str, str],
    *,
    label: str | None = None,
    period: Duration = FIVE_MINUTES,
) -> Metric:
    """Return a metric from AWS or the application."""
    return Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dict(dimensions) or None,
        statistic=statistic,
        label=label,
        period=period,
    )
