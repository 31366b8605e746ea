"""Dependencies are locked, listed, licensed and audited, and no file has a secret."""
