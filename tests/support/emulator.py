"""A state folder for an embedded AWS."""

# A folder name with characters that are special to a shell, and a non-ASCII letter
AWKWARD = "a b'ü\"c $d"
