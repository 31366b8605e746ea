"""The settings of the API."""

from typing import Annotated, Literal

from pydantic import Field

from stacks.settings.types import (
    BlankIsNone,
    Flag,
    Listed,
    Origin,
    RetentionDays,
    Section,
    Whole,
)


class ApiSettings(Section):
    """The public API.

    Attributes:
        throttle_rate: requests a second from all callers together.
        throttle_burst: concurrent requests.
        reserved_concurrency: concurrency reserved for the function, both its maximum and its
            guarantee. AWS keeps 100 of an account unreserved; a new account has to request more
            concurrency first.
        access: `public` for everybody, through the page's origin; `iam` for signed requests
            from principals that may invoke the API, without a page.
        web_acl: whether a web ACL with a rate limit and AWS's managed rules protects the API. With
            public access it also refuses calls that bypass CloudFront, and costs $10.40 a month
            ($9 otherwise).
        web_acl_rate: requests in five minutes above which an address is refused for a while.
        tracing: whether AWS X-Ray samples requests to the API and the function.
        max_review_characters: longest accepted review; the model's limit is 100,000.
        allowed_origins: origins, such as https://example.com, whose pages may call the API from a
            browser (CORS); none by default. The page itself needs none.
        set_account_log_role: whether to set API Gateway's role for writing logs. An account has one
            per region, which all environments share: false if something else has set it.
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
    allowed_origins: Annotated[tuple[Origin, ...], Listed] = ()
    set_account_log_role: Flag = True
