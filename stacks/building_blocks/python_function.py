"""Lambda functions in Python: code, role and log group in one place."""

import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from aws_cdk import AssetHashType, Duration
from aws_cdk.aws_lambda import Code, Function, Runtime, Tracing
from constructs import Construct

from stacks.building_blocks.assets import bundling, content_hash, copy_files, source_files
from stacks.building_blocks.log_group import declare_log_group
from stacks.building_blocks.permissions import Permission
from stacks.building_blocks.reasons import acknowledge
from stacks.building_blocks.roles import function_role

TRACES_HAVE_NO_RESOURCE = "Only X-Ray's actions, which do not support resource-level permissions"
RUNTIME = Runtime.PYTHON_3_14


class PythonFunction(Construct):
    """A Lambda function whose code is a package in this repository.

    Creates: a function, its role and its log group.
    Idle: nothing.
    Destroy: everything is deleted, including the logs.

    Attributes:
        function: the Lambda function.
        role: its role, for permissions on resources declared later.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        package: Path,
        handler: str,
        description: str,
        timeout: Duration,
        permissions: Sequence[Permission] = (),
        environment: Mapping[str, str] | None = None,
        libraries: Sequence[str | Path] = (),
        unused: re.Pattern[str] | None = None,
        memory_mb: int = 256,
        tracing: bool = False,
        reserved_concurrency: int | None = None,
    ) -> None:
        """Declare the function.

        Args:
            package: folder of its package.
            handler: module and function within the package, such as `handler.on_event`.
            description: description in the console.
            timeout: time limit of one invocation.
            permissions: its permissions in addition to writing its log.
            environment: its environment variables.
            libraries: installed packages or modules, and paths in this repository, to pack with it.
            unused: matches the start of library paths to leave out, such as `boto3/examples/`.
            memory_mb: its memory, which determines its share of a processor.
            reserved_concurrency: concurrent invocations reserved for it; None for no reservation.
            tracing: whether AWS X-Ray traces its requests.
        """
        super().__init__(scope, construct_id)
        log_group = declare_log_group(self, "LogGroup")
        if tracing:
            permissions = [*permissions, _send_traces()]
        self.role = function_role(self, "Role", log_group=log_group, permissions=permissions)
        self.function = Function(
            self,
            "Function",
            description=description,
            runtime=RUNTIME,
            code=_code(package, libraries, unused),
            handler=f"{package.name}.{handler}",
            timeout=timeout,
            memory_size=memory_mb,
            environment=dict(environment or {}),
            role=self.role.without_policy_updates() if tracing else self.role,
            log_group=log_group,
            reserved_concurrent_executions=reserved_concurrency,
            tracing=Tracing.ACTIVE if tracing else None,
        )
        if tracing:
            acknowledge(self.role, {"Serverless-LambdaStarPermissions": TRACES_HAVE_NO_RESOURCE})


def _send_traces() -> Permission:
    return Permission(
        sid="SendTraces",
        actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        resources=["*"],
    )


def _code(package: Path, libraries: Sequence[str | Path], unused: re.Pattern[str] | None) -> Code:
    files: dict[str, Path] = {}
    for folder in (package, *map(_located, libraries)):
        if folder.is_file():
            files[folder.name] = folder
        else:
            inside = source_files(folder)
            files |= {f"{folder.name}/{name}": path for name, path in inside.items()}
    if unused is not None:
        files = {name: path for name, path in files.items() if not unused.match(name)}

    return Code.from_asset(
        str(package),
        asset_hash=content_hash(files),
        asset_hash_type=AssetHashType.CUSTOM,
        bundling=bundling(lambda folder: copy_files(files, folder)),
    )


def _located(library: str | Path) -> Path:
    """Return the folder of a package, or the file of a single module."""
    return library if isinstance(library, Path) else _installed(library)


def _installed(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{name} is needed to build a Lambda function", name=name)
    origin = Path(spec.origin)
    return origin.parent if origin.name == "__init__.py" else origin
