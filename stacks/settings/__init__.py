"""The settings of an environment, one module for each section of cdk.json's block."""
