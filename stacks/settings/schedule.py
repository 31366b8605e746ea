"""Schedules of EventBridge Scheduler, at most hourly.

A rate, such as rate(30 days), is not accepted: without a start, which no template can compute, it
begins at once, so each deployment would train twice.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

DAY = "0?[1-9]|[12][0-9]|3[01]"
WEEKDAY = "[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT"
MONTH = "0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"


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


SCHEDULE = _cron()
EXAMPLE = "cron(0 4 2 * ? *), which is 04:00 UTC on the second of each month"
