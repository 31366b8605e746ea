"""The CDK CLI's output, reduced to what a person follows."""

import re

EVENT = re.compile(
    r"^(?P<stack>\S+) \| +(?P<done>\d+/\d+|\d+) \| [^|]+\| (?P<status>[A-Z_]+) +"
    r"\| (?P<type>\S+) +\| (?P<path>\S+)(?: \(\w+\))? ?(?P<reason>.*)$"
)
# What takes long enough that its beginning is worth a line.
LONG = ("AWS::CloudFormation::Stack", "AWS::SageMaker::Endpoint", "Custom::")
CHATTER = re.compile(r"^\S+: (start|success): |^Stack ARN:$|^arn:aws:cloudformation:|^Outputs:$")


def reduce(line: str) -> str | None:
    """Return a shorter line, or None for one that tells a person nothing new.

    Events of resources become `stack 12/30 CREATE_COMPLETE type path`; the beginning of quick ones
    is left out. Whatever else the CLI says stays as it is.
    """
    event = EVENT.match(line)
    if event is None:
        return None if CHATTER.search(line) else line
    if event["status"].endswith("IN_PROGRESS") and not event["type"].startswith(LONG):
        return None
    words = (event["stack"], event["done"], event["status"], event["type"], event["path"])
    return " ".join([*words, event["reason"]]).strip()
