"""Synthesizes an environment and reads the output."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import App

from app import compose
from scripts.synthesis import STACKS, UNBUNDLED, context, templates
from stacks.settings.load import read_settings

Resource = dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """The synthesized templates of one environment."""

    environment: str
    folder: Path
    templates: Mapping[str, dict[str, Any]]

    def template(self, stack: str) -> dict[str, Any]:
        """Return the template of the stack `storage`, `model` or `web`."""
        return self.templates[stack]

    def resources(self, kind: str, stack: str | None = None) -> dict[str, Resource]:
        """Return the resources of a type, by stack and logical id."""
        stacks = [stack] if stack else STACKS
        return {
            f"{name}/{logical_id}": resource
            for name in stacks
            for logical_id, resource in self.template(name)["Resources"].items()
            if resource["Type"] == kind
        }

    def every(self, kind: str, stack: str | None = None) -> dict[str, Resource]:
        """Return the resources of a type, of which there must be one, for checks of each."""
        found = self.resources(kind, stack)
        assert found, f"{self.environment} has no {kind}"
        return found

    def only(self, kind: str, stack: str | None = None, *, within: str = "") -> Resource:
        """Return the properties of the one resource of a type in a construct, such as Endpoint."""
        (resource,) = [
            resource
            for key, resource in self.resources(kind, stack).items()
            if key.partition("/")[2].startswith(within)
        ]
        properties: Resource = resource["Properties"]
        return properties

    def site_file(self, name: str) -> str:
        """Return the content of a file of the site."""
        copy = self.only("Custom::CDKBucketDeployment", "web")
        folders = [self.folder / f"asset.{key[:-4]}" for key in copy["SourceObjectKeys"]]
        (file,) = [folder / name for folder in folders if (folder / name).is_file()]
        return file.read_text("utf-8")


def synthesize(
    environment: str,
    folder: Path,
    overrides: Mapping[str, Any] | None = None,
    *,
    bundled: bool = False,
) -> Assembly:
    """Synthesize an environment in this process, which has already imported CDK.

    Args:
        environment: its name in cdk.json.
        folder: output folder of the cloud assembly.
        overrides: settings as in `-c`.
        bundled: whether to pack the functions' code, which takes a third of the time.
    """
    application = App(
        context=context(environment, {**(overrides or {}), **({} if bundled else UNBUNDLED)}),
        outdir=str(folder),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
    )
    compose(application, read_settings(application.node.get_all_context()))
    application.synth()
    return read(environment, folder)


def read(environment: str, folder: Path) -> Assembly:
    """Read an environment's synthesized output from a folder."""
    return Assembly(environment, folder, templates(environment, folder))
