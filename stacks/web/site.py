"""The page: a private bucket behind CloudFront, with the API on the same origin."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import Annotations, AssetHashType, Stack
from aws_cdk.aws_certificatemanager import Certificate
from aws_cdk.aws_cloudfront import (
    AccessLevel,
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
    IOrigin,
    OriginProtocolPolicy,
    OriginRequestPolicy,
    OriginSslPolicy,
    PriceClass,
    ResponseHeadersPolicy,
    S3OriginAccessControl,
    SecurityPolicyProtocol,
    ViewerProtocolPolicy,
)
from aws_cdk.aws_cloudfront_origins import HttpOrigin, S3BucketOrigin
from aws_cdk.aws_s3 import Bucket
from aws_cdk.aws_s3_deployment import CacheControl, ISource, Source
from constructs import Construct

from stacks.building_blocks.assets import (
    bundling,
    combined_hash,
    copy_files,
    file_hash,
    source_files,
)
from stacks.building_blocks.bucket import private_bucket
from stacks.building_blocks.file_copy import FileCopier
from stacks.building_blocks.reasons import acknowledge
from stacks.settings.site import SiteSettings
from stacks.web.page import FRONTEND, INDEX, index_html
from stacks.web.security_headers import security_headers
from stacks.web.web_acl import HEADER

VIEWER_ADDRESS = Path(__file__).with_name("viewer_address.js")
PAGE_ADDRESS = Path(__file__).with_name("page_address.js")
LISTED = "@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk"
LOG_PREFIX = "site/"
CLOUDFRONT_LOG_PREFIX = "cloudfront/"
WEB_ACL_AT_API = "The page is static; the web ACL protects the API, if there is one (api.web_acl)"
DEFAULT_DOMAIN = (
    "CloudFront's default domain cannot refuse old TLS; a custom domain does (site.domain_name)"
)
NO_LOGS = "The environment has no CloudFront logs (site.access_logs)"
PUBLIC_FILES = "The page's files are public; a key would have to be opened to CloudFront anyway"
PRICE_CLASSES = {
    "PriceClass_100": PriceClass.PRICE_CLASS_100,
    "PriceClass_200": PriceClass.PRICE_CLASS_200,
    "PriceClass_All": PriceClass.PRICE_CLASS_ALL,
}


class Site(Construct):
    """Serves the frontend's files, and the API under /api/.

    Creates: a bucket with the files, and a CloudFront distribution with a header policy and
        functions.
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
        name: str,
        bucket_name: str,
        log_bucket_name: str,
        api_domain: str,
        origin_secret: str | None,
        configuration: Mapping[str, object],
        films: bool,
        settings: SiteSettings,
    ) -> None:
        """Declare the site.

        Args:
            name: name of CloudFront's header policy and access control, unique in the account.
            bucket_name: name of the page's bucket.
            log_bucket_name: name of the bucket for access logs.
            api_domain: host name of the API.
            origin_secret: the secret that CloudFront sends to the API's web ACL, if there is one.
            configuration: content of config.json, which the page loads first.
            films: whether the model judges reviews of films.
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
        headers = ResponseHeadersPolicy(
            self,
            "Headers",
            response_headers_policy_name=name,
            comment=f"Security headers of {name}",
            security_headers_behavior=security_headers(),
        )
        access = S3OriginAccessControl(self, "Access", origin_access_control_name=name)
        distribution = self._declare_distribution(
            S3BucketOrigin.with_origin_access_control(
                bucket,
                origin_access_control=access,
                # Callers who may not list a bucket get 403, not 404, for a missing file.
                origin_access_levels=[AccessLevel.READ, AccessLevel.LIST],
            ),
            headers,
            self._api_behavior(api_domain, origin_secret, headers),
            log_bucket_name,
            settings,
        )
        Annotations.of(self).acknowledge_warning(LISTED, "The distribution has a root object")
        acknowledge(bucket, {"NIST.800.53.R5-S3DefaultEncryptionKMS": PUBLIC_FILES})
        self._copy_page(bucket, configuration, settings, films=films)
        self.url = f"https://{settings.domain_name or distribution.distribution_domain_name}/"

    def _copy_page(
        self,
        bucket: Bucket,
        configuration: Mapping[str, object],
        settings: SiteSettings,
        *,
        films: bool,
    ) -> None:
        copier = FileCopier(self, "Files", bucket=bucket)
        copier.copy(
            "Page",
            sources=[
                _page(index_html(settings, films=films)),
                Source.json_data("config.json", dict(configuration)),
            ],
            prune=True,
            # Browsers and CloudFront revalidate, so a deployment needs no invalidation. It would
            # fail whenever an invalidation takes too long: https://github.com/aws/aws-cdk/issues/15891
            cache_control=[CacheControl.no_cache()],
        )

    def _declare_distribution(
        self,
        files: IOrigin,
        headers: ResponseHeadersPolicy,
        api: BehaviorOptions,
        log_bucket_name: str,
        settings: SiteSettings,
    ) -> Distribution:
        logs: dict[str, Any] = {
            "enable_logging": True,
            "log_bucket": Bucket.from_bucket_name(self, "LogBucket", log_bucket_name),
            "log_file_prefix": CLOUDFRONT_LOG_PREFIX,
        }
        distribution = Distribution(
            self,
            "Distribution",
            comment=settings.comment,
            default_root_object=INDEX,
            default_behavior=BehaviorOptions(
                origin=files,
                viewer_protocol_policy=ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                allowed_methods=AllowedMethods.ALLOW_GET_HEAD,
                cache_policy=CachePolicy.CACHING_OPTIMIZED,
                response_headers_policy=headers,
                function_associations=self._at_edge(
                    "PageAddress",
                    PAGE_ADDRESS,
                    f"Files of the page of {Stack.of(self).stack_name}",
                    FunctionEventType.VIEWER_REQUEST,
                    FunctionEventType.VIEWER_RESPONSE,
                ),
                compress=True,
            ),
            additional_behaviors={"/api/*": api},
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
            # The web ACL otherwise sees only CloudFront's address.
            function_associations=self._at_edge(
                "ViewerAddress",
                VIEWER_ADDRESS,
                f"Viewer's address for the API of {Stack.of(self).stack_name}",
                FunctionEventType.VIEWER_REQUEST,
            )
            if origin_secret
            else None,
        )

    def _at_edge(
        self, name: str, code: Path, comment: str, *events: FunctionEventType
    ) -> list[FunctionAssociation]:
        """Run a function at each of these events."""
        function = Function(
            self,
            name,
            code=FunctionCode.from_file(file_path=str(code)),
            runtime=FunctionRuntime.JS_2_0,
            comment=comment,
        )
        return [FunctionAssociation(function=function, event_type=event) for event in events]

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


def _page(index: str) -> ISource:
    """Return the files of the page as an asset, with the HTML of its first one."""
    files = source_files(FRONTEND)
    del files[INDEX]
    hashes = {name: file_hash(path) for name, path in files.items()}

    def write(folder: Path) -> None:
        copy_files(files, folder)
        (folder / INDEX).write_text(index, "utf-8")

    return Source.asset(
        str(FRONTEND),
        asset_hash=combined_hash({**hashes, INDEX: hashlib.sha256(index.encode()).hexdigest()}),
        asset_hash_type=AssetHashType.CUSTOM,
        bundling=bundling(write),
    )
