"""The tag operations of the API, for every kind of resource."""

from collections.abc import Mapping, Sequence

from local_aws.sagemaker.errors import SageMakerError, invalid
from local_aws.sagemaker.listing import part
from local_aws.sagemaker.store import Record, Store

KINDS = {
    "training-job": "TrainingJobName",
    "transform-job": "TransformJobName",
    "model": "ModelName",
    "endpoint-config": "EndpointConfigName",
    "endpoint": "EndpointName",
    "model-package-group": "ModelPackageGroupName",
}
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html
MOST_TAGS = 50


class Tags:
    """Adds, deletes and lists the tags of resources, which ARNs name."""

    def __init__(self, store: Store) -> None:
        """Use the records in `store`."""
        self._store = store

    def add(self, request: Record) -> Record:
        """AddTags: replaces the values of keys that exist."""
        kind, name, tags = self._find(request["ResourceArn"])
        tags |= {tag["Key"]: tag["Value"] for tag in request["Tags"]}
        if len(tags) > MOST_TAGS:
            raise SageMakerError(
                "ResourceLimitExceeded", f"A resource can have at most {MOST_TAGS} tags."
            )
        return {"Tags": self._set(kind, name, tags)}

    def delete(self, request: Record) -> Record:
        """DeleteTags."""
        kind, name, tags = self._find(request["ResourceArn"])
        self._set(kind, name, {k: v for k, v in tags.items() if k not in request["TagKeys"]})
        return {}

    def list(self, request: Record) -> Record:
        """ListTags."""
        _, _, tags = self._find(request["ResourceArn"])
        shown, token = part(_listed(tags), request, "Tags", MOST_TAGS)
        return {"Tags": shown, **token}

    def _find(self, arn: str) -> tuple[str, str, dict[str, str]]:
        """Return the kind, name and tags of a resource, whose ARN has its name in lower case."""
        kind, _, lower = arn.rpartition(":")[2].partition("/")
        for record in self._store.list(kind) if kind in KINDS else ():
            name = str(record[KINDS[kind]])
            if name.lower() == lower:
                return kind, name, {tag["Key"]: tag["Value"] for tag in record.get("Tags", [])}
        raise SageMakerError("ValidationException", f"Could not find the resource {arn}.")

    def _set(self, kind: str, name: str, tags: dict[str, str]) -> Sequence[dict[str, str]]:
        listed = _listed(tags)
        self._store.update(kind, name, Tags=listed)
        return listed


def check_tags(tags: Sequence[Mapping[str, str]]) -> None:
    """Refuse tags that no resource can have.

    Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html

    Raises:
        SageMakerError: naming the key.
    """
    keys = [tag["Key"] for tag in tags]
    for key in keys:
        if key.lower().startswith("aws:"):
            raise invalid(
                f"The tag key {key!r} is not allowed: aws: prefixed tag key names are not allowed "
                "for external use."
            )
        if keys.count(key) > 1:
            raise invalid(f"The tag key {key!r} is in the request more than once.")


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
