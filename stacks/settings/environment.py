"""The settings of one environment: what cdk.json may say and `-c section.key=value` override."""

from stacks.settings.endpoint import EndpointSettings, RolloutSettings, ScalingSettings
from stacks.settings.operations import (
    LogSettings,
    NetworkSettings,
    OperationsSettings,
    SecuritySettings,
    StorageSettings,
)
from stacks.settings.training import DatasetSettings, TrainingSettings
from stacks.settings.types import EnvironmentName, Region, Section
from stacks.settings.web import ApiSettings, FeedbackSettings, SiteSettings


class Settings(Section):
    """All settings of one environment.

    Attributes:
        environment: its name in cdk.json, a part of every name that is ours to give.
        region: the AWS region that it is deployed to.
    """

    environment: EnvironmentName
    region: Region
    dataset: DatasetSettings = DatasetSettings()
    training: TrainingSettings = TrainingSettings()
    endpoint: EndpointSettings
    scaling: ScalingSettings = ScalingSettings()
    rollout: RolloutSettings = RolloutSettings()
    operations: OperationsSettings = OperationsSettings()
    api: ApiSettings = ApiSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    site: SiteSettings = SiteSettings()
    network: NetworkSettings = NetworkSettings()
    security: SecuritySettings = SecuritySettings()
    storage: StorageSettings
    logs: LogSettings = LogSettings()
