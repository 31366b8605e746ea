"""The settings of the page."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from stacks.settings.types import BlankIsNone, Certificate, DomainName, Flag, Section, Text


class SiteSettings(Section):
    """The page behind CloudFront.

    Attributes:
        comment: what CloudFront's console shows.
        price_class: on which continents CloudFront serves.
        domain_name: a name of your own; the default name of CloudFront does without.
        certificate_arn: its ACM certificate, in us-east-1.
        access_logs: whether CloudFront logs requests into the log bucket.
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
