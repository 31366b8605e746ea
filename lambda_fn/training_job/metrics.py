"""CloudWatch metric of each training job's accuracy."""

import json
import os
import sys
import time

METRIC = "TrainingAccuracy"


def publish_accuracy(job_name: str, accuracy: float) -> None:
    """Write a log line that CloudWatch turns into a metric; this needs no permission.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

    Args:
        job_name: name of the training job, for readers of the log.
        accuracy: share of the held-out reviews that the model classifies correctly.
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
