"""The settings of one environment, from cdk.json and `-c section.key=value`."""

from stacks.settings.api import ApiSettings
from stacks.settings.dataset import DatasetSettings
from stacks.settings.endpoint import EndpointSettings
from stacks.settings.feedback import FeedbackSettings
from stacks.settings.logs import LogSettings
from stacks.settings.model import ModelSettings
from stacks.settings.network import NetworkSettings
from stacks.settings.operations import OperationsSettings
from stacks.settings.retraining import RetrainingSettings
from stacks.settings.rollout import RolloutSettings
from stacks.settings.scaling import ScalingSettings
from stacks.settings.scoring import ScoringSettings
from stacks.settings.security import SecuritySettings
from stacks.settings.site import SiteSettings
from stacks.settings.storage import StorageSettings
from stacks.settings.tags import TagSettings
from stacks.settings.training import TrainingSettings
from stacks.settings.types import EnvironmentName, Region, Section


class EnvironmentSettings(Section):
    """All settings of one environment.

    Attributes:
        environment: its name in cdk.json, a part of every name that the application chooses.
        region: AWS region of the deployment.
    """

    environment: EnvironmentName
    region: Region
    dataset: DatasetSettings = DatasetSettings()
    training: TrainingSettings = TrainingSettings()
    endpoint: EndpointSettings
    scaling: ScalingSettings = ScalingSettings()
    rollout: RolloutSettings = RolloutSettings()
    model: ModelSettings = ModelSettings()
    retraining: RetrainingSettings = RetrainingSettings()
    operations: OperationsSettings = OperationsSettings()
    api: ApiSettings = ApiSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    scoring: ScoringSettings = ScoringSettings()
    site: SiteSettings = SiteSettings()
    network: NetworkSettings = NetworkSettings()
    security: SecuritySettings = SecuritySettings()
    storage: StorageSettings
    logs: LogSettings = LogSettings()
    tags: TagSettings = TagSettings()

    @property
    def schedules_feedback(self) -> bool:
        """True when the scheduled trainings read callers' feedback."""
        return self.retraining.schedule is not None and self.feedback.enabled
