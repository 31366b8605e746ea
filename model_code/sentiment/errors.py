"""What can be wrong with the input of a training."""


class TrainingInputError(ValueError):
    """Input that a training cannot start with; the message is for the user."""


class DatasetError(TrainingInputError):
    """A dataset that cannot be trained on: file, line and reason."""


class HyperparameterError(TrainingInputError):
    """A hyperparameter outside of what is allowed."""
