"""SageMaker's error answers."""


class SageMakerError(Exception):
    """An error as SageMaker's API reports it.

    Attributes:
        code: AWS's name of the error, such as ValidationException.
        message: description of the error.
        status: HTTP status.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        """Create an error answer."""
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def invalid(message: str) -> SageMakerError:
    """Return the error for an invalid request."""
    return SageMakerError("ValidationException", message)


def not_found(noun: str, arn: str) -> SageMakerError:
    """Return the error for a missing resource, which SageMaker calls a validation error."""
    return invalid(f'Could not find {noun} "{arn}".')


def in_use(noun: str, arn: str) -> SageMakerError:
    """Return the error for the name of an existing model, endpoint configuration or endpoint."""
    return invalid(f'Cannot create already existing {noun} "{arn}".')
