"""The settings of encryption."""

from stacks.settings.types import Flag, Section


class SecuritySettings(Section):
    """Encryption.

    Attributes:
        customer_managed_keys: whether customer-managed keys instead of AWS's encrypt data, logs and
            alarms, at $1 a month for each of the three.
    """

    customer_managed_keys: Flag = True
