"""The function's log: JSON lines that share the keys of the request that is answered."""

from aws_lambda_powertools import Logger

logger = Logger(service="predict_api")
