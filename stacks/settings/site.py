"""The settings of the page."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from stacks.settings.types import (
    BlankIsNone,
    Certificate,
    DomainName,
    Example,
    Flag,
    Section,
    Sentence,
    Text,
    Title,
    of_json,
)

SOME_TEXTS = 'a list of texts, such as ["The first one.", "The second, longer one."]'


def _texts(value: Any) -> Any:
    """Return a list of texts, which contain commas, from a list or its JSON.

    Raises:
        ValueError: saying what is allowed.
    """
    found = of_json(value, SOME_TEXTS)
    if not isinstance(found, list | tuple):
        raise ValueError(SOME_TEXTS)  # noqa: TRY004 - pydantic reports a ValueError
    return tuple(found)


Examples = Annotated[tuple[Example, ...], Field(max_length=6), BeforeValidator(_texts)]


class SiteSettings(Section):
    """The page behind CloudFront.

    Attributes:
        title: the page's heading and title, also in previews of its link. By default the texts of
            the page are about films with the packaged reviews, and neutral otherwise.
        intro: the sentence below the title, also in previews.
        placeholder: text in the empty text field.
        examples: up to 6 texts to try, as a list in cdk.json or as its JSON in `-c`; `[]` for none.
        comment: description in CloudFront's console.
        price_class: price class, which determines the continents that CloudFront serves from.
        domain_name: your domain name; CloudFront's default name otherwise.
        certificate_arn: ACM certificate of the domain name, in us-east-1.
        access_logs: whether CloudFront writes access logs to the log bucket.
    """

    title: Annotated[Title | None, BlankIsNone] = None
    intro: Annotated[Sentence | None, BlankIsNone] = None
    placeholder: Annotated[Sentence | None, BlankIsNone] = None
    examples: Annotated[Examples | None, BlankIsNone] = None
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
