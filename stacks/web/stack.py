"""The web stack: what changes with the page and the API."""

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk.aws_sns import Topic
from constructs import Construct

from stacks.building_blocks.bucket import declare_auto_delete_logs
from stacks.building_blocks.reasons import complete
from stacks.monitoring.alarms import WebAlarms
from stacks.monitoring.dashboard import EnvironmentDashboard
from stacks.monitoring.metrics import EndpointMetrics
from stacks.names import VARIANT, Names
from stacks.settings.environment import EnvironmentSettings
from stacks.web.api import PredictApi
from stacks.web.site import Site


class WebStack(Stack):
    """The API and the page on one origin.

    Creates: what its constructs create.
    Idle: the dashboard ($3 a month where it is not among an account's first three), alarms, and
        the web ACL with its secret ($10.40 a month), each where it is wanted.
    Destroy: everything in it goes; models and access logs are in the storage stack.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, settings: EnvironmentSettings
    ) -> None:
        """Declare the stack.

        Args:
            scope: the application.
            construct_id: id within `scope`.
            names: names that stacks share.
            settings: the environment's settings.
        """
        super().__init__(
            scope,
            construct_id,
            env=Environment(region=settings.region),
            stack_name=names.stack("web"),
            description="Sentiment web app: API and page",
        )
        retention_days = settings.logs.retention_days
        own_keys = settings.security.customer_managed_keys
        api = PredictApi(
            self,
            "PredictApi",
            name=names.prefix,
            endpoint_name=names.endpoint,
            metrics_namespace=names.metrics,
            settings=settings.api,
            feedback=settings.feedback,
            feedback_uri=names.feedback,
            data_key_arn=names.key_arn("data") if own_keys else None,
            retention_days=retention_days,
            web_acl_log_group=names.web_acl_log_group,
        )
        if settings.api.access == "public":
            self._add_page(names, settings, api)
        self._watch(names, settings, api)
        declare_auto_delete_logs(self, retention_days=retention_days)
        complete(self, log_key_arn=names.key_arn("logs") if own_keys else None)
        CfnOutput(self, "ApiUrl", value=api.url, description="The API; POST to predict under it")

    def _watch(self, names: Names, settings: EnvironmentSettings, api: PredictApi) -> None:
        """Add alarms and the dashboard, where they are wanted."""
        operations = settings.operations
        if operations.alarms:
            topic = Topic.from_topic_arn(self, "AlarmTopic", names.alarm_topic_arn)
            WebAlarms(self, "Alarms", metrics=api.metrics, topic=topic, settings=operations)
        if operations.dashboard:
            EnvironmentDashboard(
                self,
                "Dashboard",
                name=names.prefix,
                api=api.metrics,
                endpoint=EndpointMetrics(names.endpoint, VARIANT),
                namespace=names.metrics,
                real_time=settings.endpoint.kind == "real_time",
            )

    def _add_page(self, names: Names, settings: EnvironmentSettings, api: PredictApi) -> None:
        """Add the page, which calls the API without a signature."""
        site = Site(
            self,
            "Site",
            bucket_name=names.site_bucket,
            log_bucket_name=names.log_bucket,
            api_domain=api.domain,
            origin_secret=api.origin_secret,
            configuration={
                "api": "/api",
                "maxReviewCharacters": settings.api.max_review_characters,
                "feedback": settings.feedback.enabled,
            },
            settings=settings.site,
            retention_days=settings.logs.retention_days,
        )
        CfnOutput(self, "SiteUrl", value=site.url, description="The page")
