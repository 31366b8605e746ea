"""Assumed use of resources by one prediction; the estimate prints it."""

# Predictions a month for which costs are shown
PREDICTIONS = (0, 1_000, 1_000_000)

HOURS_A_MONTH = 730
# Billed time of the Lambda function, most of it spent waiting for the endpoint
FUNCTION_SECONDS = 0.06
# Billed time of a serverless endpoint
ENDPOINT_SECONDS = 0.05
REQUEST_GB = 1.5e-6  # a review
RESPONSE_GB = 1e-6
LOGGED_GB = 2e-6  # logs of the API, the function and the web ACL
TRACED_SHARE = 0.05  # X-Ray's default sampling
TRAINING_HOURS = 0.1

ASSUMPTIONS = f"""\
A prediction: a review of {REQUEST_GB * 1e6:g} kB, an answer of {RESPONSE_GB * 1e6:g} kB, \
{LOGGED_GB * 1e6:g} kB of logs, {FUNCTION_SECONDS * 1000:g} ms of the function, \
{ENDPOINT_SECONDS * 1000:g} ms of a serverless endpoint.
A training: {TRAINING_HOURS * 60:g} minutes.
Not counted: storage in S3 (cents), page views beyond the predictions, functions that run on a \
schedule (cents), free tiers, taxes, instances that scaling adds, and the metrics of requests and \
of each label, which cost $0.30 a month each if every hour has traffic."""
