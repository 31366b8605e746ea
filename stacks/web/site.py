"""The page: a private bucket behind CloudFront, with the API on the same origin."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk.aws_certificatemanager import Certificate
from aws_cdk.aws_cloudfront import (
    AllowedMethods,
    BehaviorOptions,
    CachePolicy,
    Distribution,
    Function,
    FunctionAssociation,
    FunctionCode,
    FunctionEventType,
    FunctionRuntime,
    HttpVersion,
    OriginProtocolPolicy,
    OriginRequestPolicy,
    OriginSslPolicy,
    PriceClass,
    ResponseHeadersPolicy,
    SecurityPolicyProtocol,
    ViewerProtocolPolicy,
)
from aws_cdk.aws_cloudfront_origins import HttpOrigin, S3BucketOrigin
from aws_cdk.aws_s3 import Bucket
from aws_cdk.aws_s3_deployment import CacheControl, Source
from constructs import Construct

from stacks.building_blocks.assets import ROOT
from stacks.building_blocks.bucket import private_bucket
from stacks.building_blocks.file_copy import FileCopier
from stacks.building_blocks.reasons import acknowledge
from stacks.settings.site import SiteSettings
from stacks.web.security_headers import security_headers
from stacks.web.web_acl import HEADER

FRONTEND = ROOT / "frontend"
VIEWER_ADDRESS = Path(__file__).with_name("viewer_address.js")
LOG_PREFIX = "site/"
CLOUDFRONT_LOG_PREFIX = "cloudfront/"
WEB_ACL_AT_API = "The page is static; the web ACL protects the API, if there is one (api.web_acl)"
DEFAULT_DOMAIN = (
    "CloudFront's default domain cannot refuse old TLS; a custom domain does (site.domain_name)"
)
NO_LOGS = "The environment has no CloudFront logs (site.access_logs)"
PUBLIC_FILES = "The page's files are public; a key would have to be opened to CloudFront anyway"
ONE_YEAR = Duration.days(365)
PRICE_CLASSES = {
    "PriceClass_100": PriceClass.PRICE_CLASS_100,
    "PriceClass_200": PriceClass.PRICE_CLASS_200,
    "PriceClass_All": PriceClass.PRICE_CLASS_ALL,
}


class Site(Construct):
    """Serves the frontend's files, and the API under /api/.

    Creates: a bucket with the files, and a CloudFront distribution with a header policy and a
        function.
    Idle: only the storage of the page and of its old versions.
    Destroy: everything is deleted, including the page's bucket, which a deployment fills again.
        Its access logs stay in the log bucket.

    Attributes:
        url: URL of the page, ending in a slash.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket_name: str,
        log_bucket_name: str,
        api_domain: str,
        origin_secret: str | None,
        configuration: Mapping[str, object],
        settings: SiteSettings,
    ) -> None:
        """Declare the site.

        Args:
            bucket_name: name of the page's bucket.
            log_bucket_name: name of the bucket for access logs.
            api_domain: host name of the API.
            origin_secret: the secret that CloudFront sends to the API's web ACL, if there is one.
            configuration: content of config.json, which the page loads first.
            settings: settings of the page.
        """
        super().__init__(scope, construct_id)
        # Any deployment can write the page again, so the bucket need not be kept.
        bucket = private_bucket(
            self,
            "Bucket",
            name=bucket_name,
            keep=False,
            log_bucket_name=log_bucket_name,
            log_prefix=LOG_PREFIX,
        )
        distribution = self._declare_distribution(
            bucket, log_bucket_name, api_domain, origin_secret, settings
        )
        acknowledge(bucket, {"NIST.800.53.R5-S3DefaultEncryptionKMS": PUBLIC_FILES})
        copier = FileCopier(
            self,
            "Files",
            bucket=bucket,
            distribution=distribution,
        )
        copier.copy(
            "Page",
            sources=[
                Source.asset(str(FRONTEND)),
                Source.json_data("config.json", dict(configuration)),
            ],
            prune=True,
            # Browsers always revalidate; CloudFront caches until the next deployment.
            cache_control=[
                CacheControl.max_age(Duration.seconds(0)),
                CacheControl.s_max_age(ONE_YEAR),
            ],
        )
        self.url = f"https://{settings.domain_name or distribution.distribution_domain_name}/"

    def _declare_distribution(
        self,
        bucket: Bucket,
        log_bucket_name: str,
        api_domain: str,
        origin_secret: str | None,
        settings: SiteSettings,
    ) -> Distribution:
        headers = ResponseHeadersPolicy(
            self,
            "Headers",
            comment="Security headers of the page and its API",
            security_headers_behavior=security_headers(),
        )
        logs: dict[str, Any] = {
            "enable_logging": True,
            "log_bucket": Bucket.from_bucket_name(self, "LogBucket", log_bucket_name),
            "log_file_prefix": CLOUDFRONT_LOG_PREFIX,
        }
        distribution = Distribution(
            self,
            "Distribution",
            comment=settings.comment,
            default_root_object="index.html",
            default_behavior=BehaviorOptions(
                origin=S3BucketOrigin.with_origin_access_control(bucket),
                viewer_protocol_policy=ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                allowed_methods=AllowedMethods.ALLOW_GET_HEAD,
                cache_policy=CachePolicy.CACHING_OPTIMIZED,
                response_headers_policy=headers,
                compress=True,
            ),
            additional_behaviors={"/api/*": self._api_behavior(api_domain, origin_secret, headers)},
            price_class=PRICE_CLASSES[settings.price_class],
            http_version=HttpVersion.HTTP2_AND_3,
            **(logs if settings.access_logs else {}),
            **self._own_domain(settings),
        )
        acknowledge(
            distribution,
            {
                "AwsSolutions-CFR1": "The page is public in every country",
                "AwsSolutions-CFR2": WEB_ACL_AT_API,
                "CKV_AWS_68": WEB_ACL_AT_API,
            },
        )
        if settings.domain_name is None:
            rules = ("AwsSolutions-CFR4", "CKV_AWS_174")
            acknowledge(distribution, dict.fromkeys(rules, DEFAULT_DOMAIN))
        if not settings.access_logs:
            rules = ("AwsSolutions-CFR3", "CKV_AWS_86")
            acknowledge(distribution, dict.fromkeys(rules, NO_LOGS))
        return distribution

    def _api_behavior(
        self, domain: str, origin_secret: str | None, headers: ResponseHeadersPolicy
    ) -> BehaviorOptions:
        return BehaviorOptions(
            origin=HttpOrigin(
                domain,
                protocol_policy=OriginProtocolPolicy.HTTPS_ONLY,
                origin_ssl_protocols=[OriginSslPolicy.TLS_V1_2],
                custom_headers={HEADER: origin_secret} if origin_secret else None,
            ),
            # By the time of a redirect, the review would have been sent in plain text.
            viewer_protocol_policy=ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=AllowedMethods.ALLOW_ALL,
            cache_policy=CachePolicy.CACHING_DISABLED,
            origin_request_policy=OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=headers,
            function_associations=self._viewer_address() if origin_secret else None,
        )

    def _viewer_address(self) -> list[FunctionAssociation]:
        """Send the viewer's address to the web ACL, which otherwise sees only CloudFront's."""
        function = Function(
            self,
            "ViewerAddress",
            code=FunctionCode.from_file(file_path=str(VIEWER_ADDRESS)),
            runtime=FunctionRuntime.JS_2_0,
            comment=f"Viewer's address for the API of {Stack.of(self).stack_name}",
        )
        return [FunctionAssociation(function=function, event_type=FunctionEventType.VIEWER_REQUEST)]

    def _own_domain(self, settings: SiteSettings) -> dict[str, Any]:
        """Return the options for a custom domain, which make CloudFront refuse old TLS versions."""
        if settings.domain_name is None or settings.certificate_arn is None:
            return {}
        return {
            "domain_names": [settings.domain_name],
            "certificate": Certificate.from_certificate_arn(
                self, "Certificate", settings.certificate_arn
            ),
            "minimum_protocol_version": SecurityPolicyProtocol.TLS_V1_2_2021,
        }
