"""The settings of an environment, one module a section of cdk.json's block."""
