"""The settings of encryption."""

from stacks.settings.types import Flag, Section


class SecuritySettings(Section):
    """Encryption.

    Attributes:
        customer_managed_keys: whether keys of the account's own encrypt data, logs and alarms, at
            $1 a month for each of the three; AWS's keys do otherwise.
    """

    customer_managed_keys: Flag = True
