"""What keeps an evaluation from going on."""


class EvaluationError(Exception):
    """Why nothing can be measured, in one line."""

    def __init__(self, reason: str) -> None:
        """Keep the reason on one line, whatever a library made of it."""
        super().__init__(" ".join(reason.split()))


class BusyError(Exception):
    """A target that may answer when it is asked again.

    Attributes:
        after: seconds that it wants to be left alone.
    """

    def __init__(self, reason: str, after: float = 0.0) -> None:
        """Keep the reason for the case that it never answers."""
        super().__init__(reason)
        self.after = after
