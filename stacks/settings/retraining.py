"""The settings of trainings without a deployment."""

from typing import Annotated

from stacks.settings.types import BlankIsNone, ScheduleExpression, Section


class RetrainingSettings(Section):
    """Trainings without a deployment.

    Attributes:
        schedule: times in UTC at which a training job starts, at most hourly, such as
            `cron(0 4 2 * ? *)`; empty for none. The topic of the alarms receives the command that
            deploys the model. The data must be able to change: a dataset in S3, or feedback. The
            job trains on all kept feedback.
    """

    schedule: Annotated[ScheduleExpression | None, BlankIsNone] = None
