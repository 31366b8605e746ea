"""The accuracy of each training as a metric, so that a dashboard shows it over time."""

import json
import os
import sys
import time

METRIC = "TrainingAccuracy"


def publish_accuracy(job_name: str, accuracy: float) -> None:
    """Write a log line that CloudWatch turns into a metric; no permission is needed for it.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

    Args:
        job_name: the training job, for whoever looks at the line.
        accuracy: share of the held-out reviews that its model gets right.
    """
    directive = {
        "Namespace": os.environ["METRICS_NAMESPACE"],
        "Dimensions": [[]],
        "Metrics": [{"Name": METRIC}],
    }
    line = {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
        METRIC: accuracy,
        "TrainingJobName": job_name,
    }
    sys.stdout.write(json.dumps(line) + "\n")
