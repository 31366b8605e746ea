"""The settings of the model registry."""

import warnings

from stacks.settings.types import Flag, Section

with warnings.catch_warnings():
    # Every class has a method `register` of abstract base classes, which no section uses.
    warnings.filterwarnings("ignore", 'Field name "register"', UserWarning)

    class ModelSettings(Section):
        """The model registry.

        Attributes:
            register: whether SageMaker's model registry records each model that came into service,
                and each that was refused or rolled back, with metrics, hashes and approval status.
                It needs `rollout.candidate`.
        """

        register: Flag = False
