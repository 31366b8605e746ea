"""Schedules of EventBridge Scheduler, at most hourly.

Sources:
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rate-expressions.html
"""

DAY = "0?[1-9]|[12][0-9]|3[01]"
WEEKDAY = "[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT"
MONTH = "0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
RATE = r"rate\((1 (hour|day)|([2-9]|[1-9][0-9]{1,3}) (hours|days))\)"


def _listed(value: str) -> str:
    """Return the pattern of a list of values, ranges and steps."""
    each = rf"(\*|({value})(-({value}))?)(/[1-9][0-9]?)?"
    return f"{each}(,{each})*"


def _cron() -> str:
    month, year = _listed(MONTH), _listed("(19[7-9]|20[0-9]|21[0-9])[0-9]")
    day, weekday = f"({_listed(DAY)}|LW?|({DAY})W)", f"({_listed(WEEKDAY)}|L|({WEEKDAY})(L|#[1-5]))"
    # One of both days is a question mark.
    days = rf"({day} ({month}) \?|\? ({month}) {weekday})"
    return rf"cron\([0-5]?[0-9] ({_listed('[01]?[0-9]|2[0-3]')}) {days} ({year})\)"


SCHEDULE = f"{RATE}|{_cron()}"
EXAMPLES = "rate(30 days), rate(1 day) or cron(0 4 2 * ? *), which is 04:00 UTC on each 2nd"
