"""Function that deletes a stack after a period without deployments."""
