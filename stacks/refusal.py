"""How a bad setting is refused: one line that names it, its value and what is allowed."""


class SettingsError(Exception):
    """A setting that cannot be used; its text is one line."""

    def __init__(self, key: str, value: object, allowed: str) -> None:
        """Refuse `key`, which was set to `value`; `allowed` says in a phrase what would do."""
        named = f"{key} is missing" if value is None else f"{key}={value} is refused"
        super().__init__(" ".join(f"{named}: {allowed}".split()))
        self.key = key
