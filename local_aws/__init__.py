"""The embedded AWS: ministack, and SageMaker on one machine, on 127.0.0.1 alone."""
