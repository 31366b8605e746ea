"""The embedded AWS on 127.0.0.1: ministack, and SageMaker on one machine."""
