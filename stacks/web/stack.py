"""The web stack: the API and the page."""

from aws_cdk import CfnOutput
from aws_cdk.aws_sns import Topic
from constructs import Construct

from stacks.app_stack import AppStack
from stacks.monitoring.alarms import WebAlarms
from stacks.monitoring.dashboard import EnvironmentDashboard
from stacks.monitoring.drift import declare_drift_alarm
from stacks.monitoring.metrics import EndpointMetrics
from stacks.names import SERVICE, VARIANT, Names
from stacks.settings.environment import EnvironmentSettings
from stacks.web.api import PredictApi
from stacks.web.site import Site


class WebStack(AppStack):
    """The API and the page on one origin.

    Creates: the resources of its constructs.
    Idle: if enabled, the dashboard ($3 a month, but nothing for an account's first three), the
        alarms, and the web ACL with its secret ($10.40 a month).
    Destroy: everything in it is deleted; models and access logs are in the storage stack.
    """

    def __init__(self, scope: Construct, *, names: Names, settings: EnvironmentSettings) -> None:
        """Declare the stack in the application `scope`."""
        super().__init__(
            scope,
            "web",
            names=names,
            settings=settings,
            description="Sentiment web app: API and page",
        )
        api = PredictApi(
            self,
            "PredictApi",
            name=names.prefix,
            endpoint_name=names.endpoint,
            metrics_namespace=names.metrics,
            drift=settings.operations.drift,
            settings=settings.api,
            feedback=settings.feedback,
            feedback_uri=names.feedback,
            artifacts_uri=names.artifacts if settings.rollout.challenger != "off" else None,
            data_key_arn=self.data_key_arn,
            web_acl_log_group=names.web_acl_log_group,
        )
        if settings.api.access == "public":
            self._add_page(api)
        self._watch(api)
        CfnOutput(self, "ApiUrl", value=api.url, description="The API; POST to predict under it")

    def _watch(self, api: PredictApi) -> None:
        """Add alarms and the dashboard if they are enabled."""
        names, operations = self.names, self.settings.operations
        if operations.alarms:
            topic = Topic.from_topic_arn(self, "AlarmTopic", names.alarm_topic_arn)
            WebAlarms(self, "Alarms", metrics=api.metrics, topic=topic, settings=operations)
            if operations.drift:
                declare_drift_alarm(
                    self, "Drift", namespace=names.metrics, service=SERVICE, topic=topic
                )
        if operations.dashboard:
            EnvironmentDashboard(
                self,
                "Dashboard",
                name=names.in_account,
                api=api.metrics,
                endpoint=EndpointMetrics(names.endpoint, VARIANT),
                namespace=names.metrics,
                real_time=self.settings.endpoint.kind == "real_time",
                drift=operations.drift,
                feedback=self.settings.feedback.enabled,
            )

    def _add_page(self, api: PredictApi) -> None:
        """Add the page, which sends unsigned requests to the API."""
        settings = self.settings
        films = settings.dataset.training == "packaged"
        site = Site(
            self,
            "Site",
            name=self.names.in_account,
            bucket_name=self.names.site_bucket,
            log_bucket_name=self.names.log_bucket,
            api_domain=api.domain,
            origin_secret=api.origin_secret,
            configuration={
                "api": "/api",
                "maxReviewCharacters": settings.api.max_review_characters,
                "feedback": settings.feedback.enabled,
                "cited": films,
            },
            films=films,
            settings=settings.site,
        )
        CfnOutput(self, "SiteUrl", value=site.url, description="The page")
