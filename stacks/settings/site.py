"""The settings of the page."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from stacks.settings.types import BlankIsNone, Certificate, DomainName, Flag, Section, Text


class SiteSettings(Section):
    """The page behind CloudFront.

    Attributes:
        comment: description in CloudFront's console.
        price_class: price class, which determines the continents that CloudFront serves from.
        domain_name: your domain name; CloudFront's default name otherwise.
        certificate_arn: ACM certificate of the domain name, in us-east-1.
        access_logs: whether CloudFront writes access logs to the log bucket.
    """

    comment: Annotated[Text, Field(min_length=1, max_length=128)] = "Movie review sentiment"
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = "PriceClass_100"
    domain_name: Annotated[DomainName | None, BlankIsNone] = None
    certificate_arn: Annotated[Certificate | None, BlankIsNone, Field(validate_default=True)] = None

    access_logs: Flag = True

    @field_validator("certificate_arn")
    @classmethod
    def _comes_with_a_domain(cls, value: str | None, info: ValidationInfo) -> str | None:
        if (value is None) != (info.data.get("domain_name") is None):
            raise ValueError("a certificate's ARN together with site.domain_name, or neither")
        return value
