"""Distinguishes the application's keys in CDK's context from those of the CLI and other projects.

The CLI merges `cdk.json`, `cdk.context.json`, `~/.cdk.json` and `-c` into one context.
"""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

# Section or setting to the settings of the section
Sections = Mapping[str, Collection[str]]
# Prefixes of CDK's own keys, such as feature flags
CDK_PREFIXES = ("@", "aws")
ALIKE = 0.83
ALIKE_SECTIONS = 0.85  # `stage` is not `storage`
RELATED = 0.5
EXTRA_LETTERS = 2
SHORTEST_ABBREVIATION = 3


def is_ours(key: str, value: Any, sections: Sections) -> bool:
    """Return whether a context key is a setting, or looks like a misspelled one.

    Args:
        key: the key, such as `training.epochs`.
        value: its value; `cdk -c` passes only strings.
        sections: the names of all settings.
    """
    first, dot, _ = key.partition(".")
    if first in sections:
        return True
    if key.startswith(CDK_PREFIXES) or ":" in key:
        return False
    return bool(dot or isinstance(value, str)) and nearest(key, sections) is not None


def nearest(key: str, sections: Sections) -> str | None:
    """Return the setting that a misspelled key probably means."""
    first, dot, name = key.partition(".")
    if first in sections:
        found = get_close_matches(name, list(sections[first]), 1, RELATED)
        return f"{first}.{found[0]}" if dot and found else None
    full = [f"{section}.{setting}" for section, names in sections.items() for setting in names]
    if dot:
        section = _alike(first, sections, ALIKE_SECTIONS)
        within = nearest(f"{section}.{name}", sections) if section else None
        return _alike(key, full) or within or (section and f"{section}.*")
    bare = (setting for setting in full if setting.endswith(f".{key}"))
    plain = (section for section, names in sections.items() if not names)
    return next(bare, None) or _abbreviated(key, plain) or _alike(key, full)


def _abbreviated(key: str, names: Iterable[str]) -> str | None:
    """Return the name that a key abbreviates or resembles."""
    known = list(names)
    begun = (name for name in known if name.startswith(key.lower()))
    short = next(begun, None) if len(key) >= SHORTEST_ABBREVIATION else None
    return short or _alike(key, known)


def _alike(key: str, names: Iterable[str], cutoff: float = ALIKE) -> str | None:
    """Return the name that a key resembles."""
    similar = [name for name in names if abs(len(name) - len(key)) <= EXTRA_LETTERS]
    return next(iter(get_close_matches(key.lower(), similar, 1, cutoff)), None)
