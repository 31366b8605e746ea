"""Logger of the function: JSON lines that carry the keys of the current request."""

from aws_lambda_powertools import Logger

logger = Logger(service="predict_api")
