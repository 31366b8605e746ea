"""Training scripts that tests hand to the embedded SageMaker."""
