"""The synthesized environment: what a deployment will create."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scripts.synthesis import STACKS, UNBUNDLED, SynthesisError, Templates, start, templates

ENVIRONMENT = re.compile(r"aws://[^/]+/(.+)")
Properties = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """A resource in a template.

    Attributes:
        stack: name of its stack.
        logical_id: its name in the template.
        kind: its CloudFormation type.
        properties: its properties.
        is_kept: whether it outlives its stack.
    """

    stack: str
    logical_id: str
    kind: str
    properties: Properties
    is_kept: bool


@dataclass(frozen=True)
class Assembly:
    """An environment's templates and what the CDK CLI needs to deploy them.

    Attributes:
        environment: its name.
        region: its region.
        templates: its templates, by stack: `storage`, `model` and `web`.
        bootstrap_version: least version of CDK's bootstrap stack.
        bootstrap_parameter: name of the parameter with the deployed version.
        roles: ARNs of the roles that the CLI assumes, with `${AWS::AccountId}` for the account.
    """

    environment: str
    region: str
    templates: Templates
    bootstrap_version: int
    bootstrap_parameter: str
    roles: tuple[str, ...]

    @property
    def stacks(self) -> list[str]:
        """The stacks' names."""
        return [f"sentiment-{self.environment}-{stack}" for stack in STACKS]

    def resources(self, *kinds: str) -> Iterator[Resource]:
        """Yield the resources of these types, or of all types."""
        for name, template in zip(self.stacks, self.templates.values(), strict=True):
            for logical_id, found in template["Resources"].items():
                if not kinds or found["Type"] in kinds:
                    yield Resource(
                        name, logical_id, found["Type"], found.get("Properties", {}),
                        is_kept=found.get("DeletionPolicy", "").startswith("Retain"),
                    )  # fmt: skip

    def training_jobs(self) -> list[Properties]:
        """Return the properties of the deployment's training job, otherwise of a scheduled one."""
        found = [job.properties for job in self.resources("Custom::TrainingJob")]
        return found or [
            _scheduled_job(schedule.properties["Target"]["Input"])
            for schedule in self.resources("AWS::Scheduler::Schedule")
        ]


def _scheduled_job(request: Any) -> Properties:
    """Return the properties of the job that a CreateTrainingJob request in a template describes."""
    parts = [request] if isinstance(request, str) else request["Fn::Join"][1]
    content = json.loads("".join(part if isinstance(part, str) else "?" for part in parts))
    machines = content["ResourceConfig"]
    waits = content["StoppingCondition"].get("MaxWaitTimeInSeconds")
    return {
        "Image": content["AlgorithmSpecification"]["TrainingImage"],
        "InstanceType": machines["InstanceType"],
        "InstanceCount": machines["InstanceCount"],
        "Channels": {
            channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri"]
            for channel in content["InputDataConfig"]
        },
        **({"MaxWaitSeconds": waits} if waits else {}),
    }


def synthesize(environment: str, overrides: Mapping[str, Any]) -> Assembly:
    """Synthesize an environment.

    Args:
        environment: its name in cdk.json.
        overrides: settings as in `-c`.

    Raises:
        SynthesisError: for an unknown or invalid setting.
    """
    with TemporaryDirectory() as folder:
        process = start(environment, Path(folder), {**UNBUNDLED, **overrides})
        said = process.communicate()[1]
        if process.returncode:
            raise SynthesisError(said.strip())
        return read(environment, Path(folder))


def read(environment: str, folder: Path) -> Assembly:
    """Return the environment in a cloud assembly."""
    artifacts = json.loads((folder / "manifest.json").read_text("utf-8"))["artifacts"]
    stacks = [one for one in artifacts.values() if one["type"] == "aws:cloudformation:stack"]
    deployed = [one["properties"] for one in stacks]
    manifests = [folder / f"{one['displayName']}.assets.json" for one in stacks]
    roles = [one["assumeRoleArn"] for one in deployed]
    for manifest in manifests:
        for asset in json.loads(manifest.read_text("utf-8"))["files"].values():
            roles += [one["assumeRoleArn"] for one in asset["destinations"].values()]
    region = ENVIRONMENT.fullmatch(stacks[0]["environment"])
    assert region is not None  # noqa: S101 - every stack names its region
    return Assembly(
        environment=environment,
        region=region[1],
        templates=templates(environment, folder),
        bootstrap_version=max(one["requiresBootstrapStackVersion"] for one in deployed),
        bootstrap_parameter=deployed[0]["bootstrapStackVersionSsmParameter"],
        roles=tuple(dict.fromkeys(roles)),
    )


@dataclass(frozen=True)
class Account:
    """The account and region in which the templates' references are read."""

    account_id: str
    region: str
    partition: str

    def text(self, value: Any) -> str | None:
        """Return a template's text; None if it depends on another resource."""
        known = {
            "AWS::AccountId": self.account_id,
            "AWS::Region": self.region,
            "AWS::Partition": self.partition,
        }
        match value:
            case str():
                for name, content in known.items():
                    value = value.replace(f"${{{name}}}", content)
                return str(value)
            case {"Ref": name} if name in known:
                return known[name]
            case {"Fn::Sub": str(template)}:
                return self.text(template)
            case {"Fn::Join": [separator, parts]}:
                texts = [self.text(part) for part in parts]
                return None if None in texts else str(separator).join(filter(None, texts))
        return None
