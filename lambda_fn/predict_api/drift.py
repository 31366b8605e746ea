"""Counts of callers' reviews by quarter of the test reviews, without any text.

The metrics show when callers' reviews differ from the model's test reviews.
"""

from collections import Counter
from collections.abc import Sequence

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from predict_api.settings import Settings
from predict_api.verdict import Verdict

# Name of a property in the model's answers to the prefix of its metrics
PROPERTIES = {"certainty": "CertaintyQuarter", "unknown_words": "UnknownWordsQuarter"}
QUARTERS = (1, 2, 3, 4)

metrics = Metrics()


def count_quarters(verdicts: Sequence[Verdict], settings: Settings) -> None:
    """Count the verdicts by quarter if the deployment monitors drift.

    A quarter without a verdict counts 0: a formula over several metrics has no value while one of
    them is missing.
    """
    counted = [verdict.quarters for verdict in verdicts if verdict.quarters]
    if not settings.drift or not counted:
        return
    for name, prefix in PROPERTIES.items():
        numbers = Counter(quarters.get(name) for quarters in counted)
        for quarter in QUARTERS:
            metrics.add_metric(f"{prefix}{quarter}", MetricUnit.Count, numbers[quarter])
