"""Valid and invalid requests to an AWS service, generated from botocore's model of it."""

from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import strategies as st

from tests.properties.json_values import JSON

DEEPEST = 5
# Plausible values by suffix of the member's name, so that many requests are valid
WORDS = {
    "Name": ["a", "job-1", "AllTraffic"],
    "Arn": ["arn:aws:iam::111122223333:role/sagemaker"],
    "Image": [
        "111122223333.dkr.ecr.us-east-1.amazonaws.com/pytorch:1",
        "111122223333.dkr.ecr.us-east-1.amazonaws.com/image:1",
    ],
    "Url": ["s3://bucket/key.tar.gz", "s3://bucket/missing", "s3://[bucket/key?a#b"],
    "Uri": ["s3://bucket/key", "s3://bucket/missing", "s3:///key", "s3://[bucket/key"],
    "Path": ["/opt/ml/checkpoints", "/opt/ml/../x", "s3://bucket/models"],
    "Regex": ["test_accuracy=([0-9.]+)", "no group", "("],
    "Token": ["0", "1", "-1", "٣"],
}
ANY_TEXT = st.text(max_size=8) | st.sampled_from(
    [word for words in WORDS.values() for word in words]
)


def of_shape(name: str, shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Return values for a member with this name and shape, most of them valid."""
    match shape:
        case StructureShape():
            values: st.SearchStrategy[Any] = _structure(shape, depth)
        case ListShape():
            values = st.lists(of_shape(name, shape.member, depth + 1), max_size=2)
        case MapShape():
            member = of_shape(name, shape.value, depth + 1)
            values = st.dictionaries(of_shape(name, shape.key), member, max_size=2)
        case _:
            values = _scalar(name, shape)
    return values


def _scalar(name: str, shape: Shape) -> st.SearchStrategy[Any]:
    if shape.type_name == "string":
        listed: list[str] = getattr(shape, "enum", [])
        known = [word for end, words in WORDS.items() if name.endswith(end) for word in words]
        return st.sampled_from(listed or known) if listed or known else ANY_TEXT
    if shape.type_name in {"integer", "long"}:
        return st.integers(1, 5) | st.integers()
    if shape.type_name == "boolean":
        return st.booleans()
    return st.floats()  # a timestamp is sent as seconds


def _structure(shape: StructureShape, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    within = shape.members if depth < DEEPEST else {}
    members = {name: of_shape(name, member, depth + 1) for name, member in within.items()}
    required = [name for name in members if name in shape.required_members]
    optional = sorted(members.keys() - set(required))

    @st.composite
    def some(draw: st.DrawFn) -> dict[str, Any]:
        """Draw the required members and up to three others, since most requests have few."""
        chosen = draw(st.sets(st.sampled_from(optional), max_size=3)) if optional else set()
        return {name: draw(members[name]) for name in [*required, *sorted(chosen)]}

    return some()


def with_mistakes(requests: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return requests, some with a wrong, unknown or missing member."""
    wrong = st.dictionaries(ANY_TEXT, JSON, min_size=1, max_size=1)
    replaced = st.tuples(requests, JSON).map(lambda pair: pair[0] | dict.fromkeys(pair[0], pair[1]))
    added = st.tuples(requests, wrong).map(lambda pair: pair[0] | pair[1])
    return st.one_of(requests, requests, replaced, added)
