"""The record of a model in SageMaker's model registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk.aws_sagemaker import CfnModel

from stacks.building_blocks.aws import ACCOUNT_ID, PARTITION, REGION
from stacks.building_blocks.permissions import Permission


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A model as the registry records it.

    Attributes:
        group: name of the group of packages, which the storage stack declares.
        container: the container that serves the model.
        instance_types: instance type for `Realtime` and for `Transform`, as far as they apply.
        is_removed: whether destroying the environment removes the packages.
    """

    group: str
    container: CfnModel.ContainerDefinitionProperty
    instance_types: Mapping[str, str]
    is_removed: bool

    @property
    def properties(self) -> dict[str, Any]:
        """The properties of the custom resources that record the model."""
        return {
            "Package": {
                "Group": self.group,
                "Artifact": self.container.model_data_url,
                "Image": self.container.image,
                "Removal": "destroy" if self.is_removed else "retain",
            },
            "Environment": self.container.environment,
            "InstanceTypes": dict(self.instance_types),
        }

    @property
    def permissions(self) -> list[Permission]:
        """The permissions to record a model in this group.

        Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
        """
        return [
            Permission(
                sid="RegisterModels",
                actions=[
                    "sagemaker:CreateModelPackage",
                    "sagemaker:DescribeModelPackage",
                    "sagemaker:ListModelPackages",
                    "sagemaker:UpdateModelPackage",
                ],
                resources=[_arn("model-package-group", self.group), self._packages],
            )
        ]

    @property
    def removal(self) -> list[Permission]:
        """The permission to delete the packages, where a destroy removes them."""
        remove = Permission(
            sid="RemovePackages",
            actions=["sagemaker:DeleteModelPackage"],
            resources=[self._packages],
        )
        return [remove] if self.is_removed else []

    @property
    def _packages(self) -> str:
        return _arn("model-package", f"{self.group}/*")


def _arn(kind: str, name: str) -> str:
    return f"arn:{PARTITION}:sagemaker:{REGION}:{ACCOUNT_ID}:{kind}/{name}"
