"""Write docs/embedded-sagemaker.md, from botocore's model and the code: `make embedded-sagemaker`.

An operation works if the service carries it out. A member of its request is refused if the check of
a request that contains it names it. Of the others, those are honoured whose name is in the code of
the operation's kind of resource; the rest is accepted without effect.
"""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_aws.emulator.sagemaker_api import BY_PATH
from local_aws.sagemaker import SageMakerError, SageMakerService
from local_aws.sagemaker.invocation_targets import check_targets
from local_aws.sagemaker.model_packages import check_package
from local_aws.sagemaker.serving_request import check_endpoint_config, check_model
from local_aws.sagemaker.training_request import check_training_request
from local_aws.sagemaker.validation import operation_model
from scripts import ROOT

PAGE = ROOT / "docs" / "embedded-sagemaker.md"
CODE = ROOT / "local_aws" / "sagemaker"
RUNTIME = BY_PATH[0]
# Operations of clients that train, serve or score
ASKED = re.compile(
    r"(Create|Describe|Delete|Update|List|Stop|Add|BatchDescribe|Get)?"
    r"(TrainingJob|TransformJob|ProcessingJob|HyperParameterTuningJob|TrainingJobsFor.+|Model"
    r"|ModelPackage|ModelPackageGroup|EndpointConfig|Endpoint|EndpointWeightsAndCapacities"
    r"|InferenceComponent|InferenceComponentRuntimeConfig|Tag|Experiment|Trial|TrialComponent)s?"
    r"|Search|GetSearchSuggestions"
)
# The files of each kind of resource, for operations whose names end so
FILES = {
    "TrainingJob": ("training_*.py", "checkpoints.py", "metrics.py"),
    "TransformJob": ("transform*.py",),
    "Model": ("models.py", "serving_request.py", "served_model.py"),
    "ModelPackage": ("model_packages.py",),
    "ModelPackageGroup": ("model_packages.py",),
    "EndpointConfig": ("models.py", "serving_request.py", "served_model.py", "capacity.py",
                       "endpoints.py"),
    "Endpoint": ("endpoints.py", "canary.py", "capacity.py"),
    "Tags": ("tags.py",),
    "Search": ("search.py",),
}  # fmt: skip
# Members that the code reads to describe them only
DESCRIBED = {"DataCaptureConfig", "KmsKeyId", "RecordWrapperType"}
# Prefix of refusals of features that the embedded SageMaker lacks
REFUSAL = "The embedded SageMaker"
ROLE = "arn:aws:iam::000000000000:role/sagemaker"
VARIANT = {"VariantName": "a", "ModelName": "a", "InstanceType": "ml.m5.large"}
# Valid requests and their checks
CHECKS: dict[str, tuple[Callable[[Any], None], dict[str, Any]]] = {
    "CreateTrainingJob": (
        lambda request: check_training_request(request, None),
        {
            "TrainingJobName": "a", "RoleArn": ROLE,
            "AlgorithmSpecification": {"TrainingImage": "pytorch", "TrainingInputMode": "File"},
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        },
    ),
    "CreateModel": (
        lambda request: check_model(request, None),
        {
            "ModelName": "a", "ExecutionRoleArn": ROLE,
            "PrimaryContainer": {"Image": "pytorch", "ModelDataUrl": "s3://bucket/key"},
        },
    ),
    "CreateModelPackage": (check_package, {"ModelPackageGroupName": "a"}),
    "CreateEndpointConfig": (
        check_endpoint_config, {"EndpointConfigName": "a", "ProductionVariants": [VARIANT]},
    ),
}  # fmt: skip
HEAD = """# The embedded SageMaker

Which of SageMaker's operations does the embedded AWS carry out, and which members does it honour?

`make embedded-sagemaker` writes this page from botocore's model of SageMaker and from the code; a
test fails if they differ. Every request is checked against that model, so a member that AWS does
not have, or a value that it does not allow, is refused as by AWS. A member *without effect* is
accepted, kept and described. What the embedded SageMaker does not have is *refused by name*.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


def page() -> str:
    """Return the page that describes the code as it is."""
    works = [name for name in operations() if name in carried_out()]
    refused = [name for name in operations() if name not in carried_out()]
    columns = "| operation | honoured | without effect | refused by name |"
    lines = [HEAD, "## Works", "", columns, "| --- | --- | --- | --- |"]
    lines += [_row(operation, *members(operation)) for operation in works]
    lines += [_row("InvokeEndpoint", *_of_invocations())]
    lines += ["", "## Refused by name", "", ", ".join(f"`{name}`" for name in refused) + ".", ""]
    lines += ["The same is true of every other operation of SageMaker's APIs."]
    return "\n".join(lines) + "\n"


@cache
def carried_out() -> frozenset[str]:
    """Return the operations that the service carries out."""
    with TemporaryDirectory() as folder:
        service = SageMakerService(Path(folder), "http://127.0.0.1:9", "us-east-1")
        return frozenset(service.operations)


def operations() -> list[str]:
    """Return the operations that are asked for, by name."""
    session = botocore.session.get_session()
    control = session.get_service_model("sagemaker").operation_names
    runtime = session.get_service_model(RUNTIME).operation_names
    asked = {name for name in control if ASKED.fullmatch(name)} | carried_out()
    return sorted(asked | set(runtime) - {"InvokeEndpoint"})


def members(operation: str) -> tuple[list[str], list[str], list[str]]:
    """Return a request's members: honoured, without effect, and refused by name."""
    shape = operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 - narrows the type
    known = _names_in_code(operation)
    found: tuple[list[str], list[str], list[str]] = [], [], []
    for path in _paths(operation, shape, known):
        if _is_refused(operation, path, shape):
            found[2].append(".".join(path))
        else:
            found[0 if path[-1] in known else 1].append(".".join(path))
    return found


def _paths(
    operation: str, shape: StructureShape, known: frozenset[str]
) -> Iterator[tuple[str, ...]]:
    """Yield the members, and in place of a structure in use the members of it."""
    for name, member in shape.members.items():
        inner = member.member if isinstance(member, ListShape) else member
        in_use = name in known and name != "Tags" and not _is_refused(operation, (name,), shape)
        if isinstance(inner, StructureShape) and in_use:
            yield from ((name, below) for below in inner.members)
        else:
            yield (name,)


def _is_refused(operation: str, path: tuple[str, ...], shape: StructureShape) -> bool:
    if operation not in CHECKS:
        return False
    check, good = CHECKS[operation]
    first, inner = path[0], shape.members[path[0]]
    if len(path) == 1:
        request = {**good, first: good.get(first, _example(inner))}
    else:
        is_list = isinstance(inner, ListShape)
        structure = inner.member if is_list else inner
        assert isinstance(structure, StructureShape)  # noqa: S101 - narrows the type
        begun = good.get(first) or _example(inner)
        entry = begun[0] if is_list else begun
        entry = {path[1]: _example(structure.members[path[1]]), **entry}
        request = {**good, first: [entry] if is_list else entry}
    try:
        check(request)
    except SageMakerError as error:
        named = re.search(rf"\b{path[-1]}\b", error.message) is not None
        return named and error.message.startswith(REFUSAL)
    except AttributeError:  # all checks have passed before S3 is asked
        return False
    return False


def _example(shape: Shape) -> Any:
    """Return a value with what a shape requires."""
    match shape:
        case StructureShape():
            return {name: _example(shape.members[name]) for name in shape.required_members}
        case ListShape():
            return [_example(shape.member)]
        case MapShape():
            return {}
    listed: list[str] = getattr(shape, "enum", [])
    kinds = {"string": (listed or ["s3://bucket/key"])[0], "boolean": True}
    return kinds.get(shape.type_name, 1)


@cache
def _names_in_code(operation: str) -> frozenset[str]:
    """Return the texts in the code of an operation's kind of resource, and its own name."""
    kinds = [kind for kind in FILES if operation.removesuffix("s").endswith(kind.removesuffix("s"))]
    patterns = FILES[max(kinds, key=len)] if kinds else ("*.py",)
    if operation.startswith("List") and not operation.endswith("Tags"):
        patterns = ("listing.py",)
    elif operation.startswith("Create"):
        patterns = (*patterns, "tags.py")
    files = [file for pattern in patterns for file in CODE.glob(pattern)]
    texts: set[str] = set()
    tails: set[str] = set()
    for node in (node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[-1], ast.Constant):
            tails.add(str(node.values[-1].value))
    shape = operation_model(operation).input_shape
    assert shape is not None  # noqa: S101 - narrows the type
    composed = {
        name for name in shape.members for tail in tails
        if name.endswith(tail) and (name.removesuffix(tail) in texts or tail == "Name")
    }  # fmt: skip
    return frozenset((texts | composed | set(shape.required_members)) - DESCRIBED)


def _of_invocations() -> tuple[list[str], list[str], list[str]]:
    """Return InvokeEndpoint's members; headers that the service does not know reach the model."""
    shape = operation_model("InvokeEndpoint", RUNTIME).input_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 - narrows the type
    found: tuple[list[str], list[str], list[str]] = [], [], []
    for name, member in shape.members.items():
        header = member.serialization.get("name", name) if member.serialization else name
        try:
            check_targets("endpoint", "blue", {header: "blue"})
        except SageMakerError:
            found[2].append(name)
        else:
            found[0].append(name)
    return found


def _row(operation: str, *columns: list[str]) -> str:
    cells = (", ".join(f"`{name}`" for name in column) for column in columns)
    return f"| `{operation}` | {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


if __name__ == "__main__":
    main()
