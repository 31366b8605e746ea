"""Commands that a user runs through make."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
