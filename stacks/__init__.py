"""The CDK stacks of the sentiment web app, and their constructs."""
