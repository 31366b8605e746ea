"""The page's security headers, with its content security policy."""

from aws_cdk import Duration
from aws_cdk.aws_cloudfront import (
    HeadersFrameOption,
    HeadersReferrerPolicy,
    ResponseHeadersContentSecurityPolicy,
    ResponseHeadersContentTypeOptions,
    ResponseHeadersFrameOptions,
    ResponseHeadersReferrerPolicy,
    ResponseHeadersStrictTransportSecurity,
    ResponseSecurityHeadersBehavior,
)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def security_headers() -> ResponseSecurityHeadersBehavior:
    """Return the headers that CloudFront adds to every response."""
    return ResponseSecurityHeadersBehavior(
        content_security_policy=ResponseHeadersContentSecurityPolicy(
            content_security_policy=CONTENT_SECURITY_POLICY, override=True
        ),
        content_type_options=ResponseHeadersContentTypeOptions(override=True),
        frame_options=ResponseHeadersFrameOptions(
            frame_option=HeadersFrameOption.DENY, override=True
        ),
        referrer_policy=ResponseHeadersReferrerPolicy(
            referrer_policy=HeadersReferrerPolicy.NO_REFERRER, override=True
        ),
        strict_transport_security=ResponseHeadersStrictTransportSecurity(
            access_control_max_age=Duration.days(365), include_subdomains=True, override=True
        ),
    )
