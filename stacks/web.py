"""The web stack: what changes with the page and the API."""

from aws_cdk import CfnOutput, Environment, Stack
from constructs import Construct

from stacks.auto_delete import declare_auto_delete_logs
from stacks.names import Names
from stacks.predict_api import PredictApi
from stacks.settings import Settings
from stacks.site import Site


class WebStack(Stack):
    """The API and the page on one origin."""

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, settings: Settings
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
        api = PredictApi(
            self,
            "PredictApi",
            name=names.prefix,
            endpoint_name=names.endpoint,
            settings=settings.api,
            retention_days=retention_days,
        )
        site = Site(
            self,
            "Site",
            bucket_name=names.site_bucket,
            log_bucket_name=names.log_bucket,
            api_domain=api.domain,
            configuration={
                "api": "/api",
                "maxReviewCharacters": settings.api.max_review_characters,
            },
            settings=settings.site,
            retention_days=retention_days,
        )
        declare_auto_delete_logs(self, retention_days=retention_days)
        CfnOutput(self, "SiteUrl", value=site.url, description="The page")
        CfnOutput(self, "ApiUrl", value=api.url, description="The API; POST to predict under it")
