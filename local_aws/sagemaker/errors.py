"""SageMaker's error answers."""


class SageMakerError(Exception):
    """An error as SageMaker's API reports it.

    Attributes:
        code: AWS's name of the error, such as ValidationException.
        message: what was wrong.
        status: HTTP status.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        """Make an error answer."""
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def not_found(kind: str, arn_or_name: str) -> SageMakerError:
    """Return the error for what does not exist; SageMaker calls it a validation error."""
    return SageMakerError("ValidationException", f'Could not find {kind} "{arn_or_name}".')


def in_use(kind: str, name: str) -> SageMakerError:
    """Return the error for a name that is taken."""
    return SageMakerError("ResourceInUse", f"Cannot create already existing {kind} {name!r}.")
