"""Write docs/embedded-sagemaker.md, from botocore's model and the code: `make embedded-sagemaker`.

An operation works if the service carries it out. `sagemaker_requests` finds out which members and
values it refuses. `sagemaker_reads` finds out which members an operation reads before it answers.
An operation that reads its request later honours a member whose name is in the code of its kind of
resource. The rest is accepted without effect.
"""

import ast
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import botocore.session
from botocore.model import ListShape, StructureShape

from local_aws.emulator.sagemaker_api import BY_PATH
from local_aws.sagemaker import SageMakerError, SageMakerService
from local_aws.sagemaker.invocation_targets import check_targets
from local_aws.sagemaker.validation import operation_model
from scripts import ROOT
from scripts.sagemaker_reads import reads
from scripts.sagemaker_requests import CHECKS, is_refused, limits

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
# The files of each kind of resource, for operations whose names end with the kind
FILES = {
    "TrainingJob": ("training_*.py", "checkpoints.py", "metrics.py"),
    "TransformJob": ("transform*.py",),
    "Model": ("models.py", "serving_request.py", "served_model.py"),
    "ModelPackage": ("model_packages.py",),
    "ModelPackageGroup": ("model_packages.py",),
    "EndpointConfig": ("models.py", "serving_request.py", "served_model.py", "capacity.py",
                       "endpoints.py"),
    "Endpoint": ("endpoints.py", "canary.py", "capacity.py"),
}  # fmt: skip
# Members that the code reads to describe them only
DESCRIBED = {"DataCaptureConfig", "KmsKeyId", "RecordWrapperType"}
HEAD = """# The embedded SageMaker

Which of SageMaker's operations does the embedded AWS carry out, and which members does it honour?

`make embedded-sagemaker` writes this page from botocore's model of SageMaker and from the code; a
test fails if they differ. Every request is checked against that model, so a member that AWS does
not have, or a value that it does not allow, is refused as by AWS. A member *without effect* is
accepted, kept and described. What the embedded SageMaker does not support is *refused by name*.

Refusals come from requests that were made to write this page. So does the column *honoured* of the
operations Add, Delete, Describe, List, Search and Stop: their code has read the member. The others
keep their request and use it later. There the column lists the members whose names occur in the
code of the operation's kind of resource, which does not prove that each value has AWS's effect.
"""
LIMITS = """
## Limits

Some values of honoured members are refused, and some optional members are needed:

| operation | request | answer |
| --- | --- | --- |"""


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
    lines += [LIMITS]
    lines += [
        f"| `{operation}` | {', '.join(requests)} | {answer} |"
        for operation in CHECKS for answer, requests in limits(operation).items()
    ]  # fmt: skip
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
    read = reads(operation)
    known = _names_in_code(operation) if read is None else {path[-1] for path in read}
    found: tuple[list[str], list[str], list[str]] = [], [], []
    for path in _paths(operation, shape, known):
        if is_refused(operation, *path):
            found[2].append(".".join(path))
        else:
            honoured = path[-1] in known if read is None else path in read
            found[0 if honoured else 1].append(".".join(path))
    return found


def _paths(
    operation: str, shape: StructureShape, known: AbstractSet[str]
) -> Iterator[tuple[str, ...]]:
    """Yield the members, and in place of a structure in use the members of it."""
    for name, member in shape.members.items():
        inner = member.member if isinstance(member, ListShape) else member
        in_use = name in known and name != "Tags" and not is_refused(operation, name)
        if isinstance(inner, StructureShape) and in_use:
            yield from ((name, below) for below in inner.members)
        else:
            yield (name,)


@cache
def _names_in_code(operation: str) -> frozenset[str]:
    """Return the texts in the code of an operation's kind of resource, and its own name."""
    kinds = [kind for kind in FILES if operation.removesuffix("s").endswith(kind.removesuffix("s"))]
    patterns = FILES[max(kinds, key=len)] if kinds else ("*.py",)
    if operation.startswith("Create"):
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
