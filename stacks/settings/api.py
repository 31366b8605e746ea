"""The settings of the API."""

from typing import Annotated, Literal

from pydantic import Field

from stacks.settings.types import BlankIsNone, Flag, RetentionDays, Section, Whole


class ApiSettings(Section):
    """The public API.

    Attributes:
        throttle_rate: requests a second from all callers together.
        throttle_burst: concurrent requests.
        reserved_concurrency: concurrency reserved for the function, which can neither take more nor
            be starved. AWS keeps 100 of an account unreserved; a new account has to request more
            concurrency first.
        access: `public` for everybody, through the page's origin; `iam` for signed requests
            of principals that may invoke it, without a page.
        web_acl: whether a web ACL with a rate limit and AWS's managed rules protects the API. With
            public access it also refuses calls that bypass CloudFront, and costs $10.40 a month
            ($9 without).
        web_acl_rate: requests in five minutes after which one address is refused for a while.
        tracing: whether AWS X-Ray samples requests to the API and the function.
        max_review_characters: length above which a review is refused; the model's own limit is
            100,000.
        set_account_log_role: whether to set the role with which API Gateway writes logs. There is
            one for an account's region: false where something else has set it.
    """

    access: Literal["public", "iam"] = "public"
    web_acl: Flag = True
    web_acl_rate: Annotated[Whole, Field(ge=10, le=2_000_000_000)] = 1000
    tracing: Flag = True
    throttle_rate: Annotated[Whole, Field(ge=1, le=10_000)] = 20
    throttle_burst: Annotated[Whole, Field(ge=1, le=5000)] = 40
    reserved_concurrency: Annotated[Annotated[Whole, Field(ge=1, le=1000)] | None, BlankIsNone] = (
        None
    )
    max_review_characters: Annotated[Whole, Field(ge=1, le=100_000)] = 100_000
    log_retention_days: RetentionDays = 30
    set_account_log_role: Flag = True
