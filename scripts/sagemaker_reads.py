"""Members of requests that the embedded SageMaker reads, found by carrying the requests out."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from botocore.model import Shape, StructureShape

from local_aws.sagemaker import SageMakerError, SageMakerService
from local_aws.sagemaker.store import Store
from local_aws.sagemaker.tags import KINDS
from local_aws.sagemaker.validation import operation_model
from scripts.sagemaker_requests import CONTAINER, INSTANCE, JOB, Request, example

# Operations that are over when they answer. Others keep their request and read it later.
AT_ONCE = re.compile(r"(?:Add|Delete|Describe|List|Stop)[A-Z]\w+|Search")
NAME = "a"
ARN = f"arn:aws:sagemaker:us-east-1:000000000000:model-package-group/{NAME}"
# Values of members that name what exists
EXISTING = {
    "ResourceArn": ARN, "ModelPackageGroupName": NAME, "Resource": "TrainingJob",
    "Filters": [{"Name": "TrainingJobName", "Operator": "Exists"}],
}  # fmt: skip
# A record that has what each kind of resource needs
RECORD = JOB | {
    "TrainingJobStatus": "Completed", "TransformJobStatus": "Completed",
    "EndpointStatus": "InService", "EndpointConfigName": NAME, "CreationTime": 1,
    "PrimaryContainer": CONTAINER, "ProductionVariants": [INSTANCE], "Latest": 0,
    "Tags": [{"Key": NAME, "Value": NAME}],
}  # fmt: skip


class Reads(dict[str, Any]):
    """A request, or a structure in it, that records the members that are read."""

    def __init__(
        self, content: Request, found: set[tuple[str, ...]], path: tuple[str, ...] = ()
    ) -> None:
        """Record the paths of members in `found`."""
        super().__init__(content)
        self._found, self._path = found, path

    def __contains__(self, name: object) -> bool:
        """Return whether a member is there."""
        self._found.add((*self._path, str(name)))
        return super().__contains__(name)

    def __getitem__(self, name: str) -> Any:
        """Return a member that records as well."""
        path = (*self._path, name)
        self._found.add(path)
        value = super().__getitem__(name)
        if isinstance(value, dict):
            return Reads(value, self._found, path)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return [Reads(one, self._found, path) for one in value]
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """Return a member or the default."""
        return self[name] if name in self else default  # noqa: SIM401 - this is `get`

    def __or__(self, other: Any) -> Any:
        """Return a request with other members that records as this one."""
        return Reads({**self, **other}, self._found, self._path)


def reads(operation: str) -> frozenset[tuple[str, ...]] | None:
    """Return the paths of the members that an operation reads.

    Returns:
        None for an operation that keeps its request and reads it later.
    """
    if not AT_ONCE.fullmatch(operation):
        return None
    shape = operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 - narrows the type
    found: set[tuple[str, ...]] = set()
    # A refused value hides what is read after it, so each member has its own request.
    for request in _requests(shape):
        with TemporaryDirectory() as folder, suppress(SageMakerError):
            _service(Path(folder)).operations[operation](Reads(request, found))
    return frozenset(found)


def _requests(shape: StructureShape) -> Iterator[Request]:
    """Yield requests with the required members, and one of the others or of those below it."""
    required = {name: _example(name, shape.members[name]) for name in shape.required_members}
    yield required
    for name, member in shape.members.items():
        if isinstance(member, StructureShape):
            for below, inner in member.members.items():
                yield required | {name: {below: _example(below, inner)}}
        else:
            yield required | {name: _example(name, member)}


def _example(name: str, shape: Shape) -> Any:
    return EXISTING.get(name, example(shape))


def _service(folder: Path) -> SageMakerService:
    """Return a service with a resource of each kind."""
    store = Store(folder / "records")
    for kind, member in KINDS.items():
        own = {member: NAME, f"{member.removesuffix('Name')}Arn": ARN}
        store.put(kind, NAME, RECORD | own)
    service = SageMakerService(folder, "http://127.0.0.1:9", "us-east-1")
    service.call("CreateModelPackage", {"ModelPackageGroupName": NAME})
    return service
