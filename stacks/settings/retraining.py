"""The settings of trainings without a deployment."""

from typing import Annotated

from stacks.settings.types import BlankIsNone, ScheduleExpression, Section


class RetrainingSettings(Section):
    """Trainings without a deployment.

    Attributes:
        schedule: times at which a training job starts on the data of that time, such as
            `rate(30 days)` or `cron(0 4 2 * ? *)`; empty for none. The topic of the alarms receives
            the command that deploys the model. It needs data that change: a dataset in S3, or
            feedback, of which all that is kept is then trained on.
    """

    schedule: Annotated[ScheduleExpression | None, BlankIsNone] = None
