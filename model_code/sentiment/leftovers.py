"""Files that desktops, editors, notebooks and Spark leave behind in folders of reviews."""

import re
from fnmatch import translate
from pathlib import PurePath

# Names in lower case; every name that begins with a dot is one as well.
LEFTOVERS = (
    "*~", "#*#", "~$*", "*.swp", "*.swo", "*.swn", "*.bak", "*.orig", "*.rej", "*.tmp", "*.iml",
    "*.sublime-workspace", "*.code-workspace", "__macosx", "__pycache__", "$recycle.bin",
    "desktop.ini", "ehthumbs*.db", "icon\r", "system volume information", "thumbs.db",
    "_success", "_started_*", "_committed_*", "_temporary", "_metadata",
    "_common_metadata", "*.crc", "*_$folder$",
)  # fmt: skip
LEFTOVER = re.compile("|".join(map(translate, (".*", *LEFTOVERS))))


def is_leftover(path: PurePath) -> bool:
    """Return whether a path, or a folder on it, was left behind."""
    return any(LEFTOVER.match(name.lower()) for name in path.parts if name not in {".", ".."})
