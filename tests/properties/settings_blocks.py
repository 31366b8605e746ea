"""Blocks of settings as in cdk.json: valid, unusual and invalid ones."""

import json
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from hypothesis import strategies as st
from pydantic import BaseModel

from stacks.settings import types
from stacks.settings.environment import EnvironmentSettings

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Block = dict[str, Any]
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/own:1"
# Sample texts for the types that have a pattern
TEXTS: dict[Any, st.SearchStrategy[Any]] = {
    types.MlInstance: st.sampled_from(["ml.m5.large", "ml.c5.2xlarge", "ml.inf1.xlarge", "ml.p3.8xlarge"]),
    types.Image: st.just(IMAGE),
    types.ServingImage: st.sampled_from(["scikit-learn", IMAGE]),
    types.ModelData: st.sampled_from(["s3://some-bucket/a/model.tar.gz", "s3://b.c/m.tar.gz"]),
    types.ScheduleExpression: st.sampled_from(["cron(0 4 2 * ? *)", "cron(0 4 ? * MON *)"]),
    types.Sha256: st.just("0a" * 32),
    types.Month: st.dates().map(lambda day: f"20{day:%y-%m}"),
    types.Source: st.sampled_from(["packaged", "s3://some-bucket/reviews", "s3://b.c/d/e.csv"]),
    types.DomainName: st.sampled_from(["reviews.example.com", "a-b.example"]),
    types.EmailAddress: st.sampled_from(["ops@example.com", "a.b+c@mail.example.org"]),
    types.Certificate: st.just("arn:aws:acm:us-east-1:123456789012:certificate/0-a"),
    types.Column: st.sampled_from(["review", "Column 2", "avis"]),
    types.Origin: st.sampled_from(["https://example.com", "http://localhost:3000"]),
    types.SubnetId: st.from_regex(r"\Asubnet-[0-9a-f]{8}\Z"),
    types.SecurityGroupId: st.from_regex(r"\Asg-[0-9a-f]{17}\Z"),
}  # fmt: skip
COMMENT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=128)


def section(name: str) -> type[BaseModel]:
    """Return the model of a section."""
    model = EnvironmentSettings.model_fields[name].annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    return model


SECTIONS = {
    name: section(name)
    for name in EnvironmentSettings.model_fields.keys() - {"environment", "region"}
}
KEYS = sorted(f"{name}.{key}" for name, model in SECTIONS.items() for key in model.model_fields)


def values(key: str) -> st.SearchStrategy[Any]:
    """Return JSON values that are valid for the setting `section.name` on its own."""
    name, _, field = key.partition(".")
    found: FieldInfo = SECTIONS[name].model_fields[field]
    return _values(found.annotation, found.metadata)


def _values(kind: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    if get_origin(kind) is Annotated:
        return _values(get_args(kind)[0], [*get_args(kind)[1:], *metadata])
    if get_origin(kind) is dict:
        return st.dictionaries(
            COMMENT, st.sampled_from(["negative", "positive", None]), min_size=1, max_size=1
        )
    if get_origin(kind) is tuple:
        return st.lists(_values(get_args(kind)[0], []), max_size=3)
    if get_origin(kind) not in {None, Literal}:
        (inner,) = (part for part in get_args(kind) if part is not NoneType)
        return st.none() | _values(inner, metadata)
    if kind is str:
        spelled = (texts for text, texts in TEXTS.items() if text.__metadata__[-1] in metadata)
        return next(spelled, COMMENT)
    bounds = [part for part in metadata if isinstance(part, Ge | Gt | Le | Lt)]
    bounded: Any = Annotated[kind, *bounds] if bounds else kind
    return st.from_type(bounded)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """Draw a block whose settings are valid one by one, but perhaps not together."""
    block: Block = {"region": "us-east-1", "endpoint": {"kind": draw(values("endpoint.kind"))}}
    block["storage"] = {"removal": draw(values("storage.removal"))}
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=12)):
        name, _, setting = key.partition(".")
        block.setdefault(name, {})[setting] = draw(values(key))
    return block


def spelled(value: Any, key: str) -> str:
    """Return a JSON value as `cdk -c` passes it; lists of texts, which have commas, as JSON."""
    if isinstance(value, list) and key == "site.examples":
        return json.dumps(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return json.dumps(value)
    return ",".join(value) if isinstance(value, list) else "" if value is None else str(value)
