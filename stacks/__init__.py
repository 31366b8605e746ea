"""The CDK stacks of the sentiment web app, and the constructs that they are composed of."""
