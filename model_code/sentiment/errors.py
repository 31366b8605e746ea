"""Errors in the inputs of training."""


class TrainingInputError(ValueError):
    """An invalid input; the message is for the user."""


class DatasetError(TrainingInputError):
    """An invalid dataset; the message names file, line and reason."""


class HyperparameterError(TrainingInputError):
    """A hyperparameter outside its allowed range."""
