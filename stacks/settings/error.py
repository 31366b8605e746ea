"""The error for a bad setting: one line with its name, its value and the fix."""

SHOWN_CHARACTERS = 200


class SettingsError(Exception):
    """A setting cannot be used; the message is one line."""

    def __init__(self, key: str, value: object, allowed: str) -> None:
        """Refuse `key`, which was set to `value`; `allowed` says what it must be."""
        name = _shown(key if key.strip() else repr(key))
        named = f"{name} is missing" if value is None else f"{name}={_shown(value)} is refused"
        super().__init__(" ".join(f"{named}: {allowed}".split()))
        self.key = key


def _shown(value: object) -> str:
    """Return a value, shortened to fit on one line."""
    text = str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
