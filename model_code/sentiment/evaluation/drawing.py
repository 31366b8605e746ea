"""matplotlib figures as SVG elements with the colours of the surrounding page.

They use matplotlib's object interface, which needs no display and no shared state.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

INK, FAINT, ACCENT, OTHER, CARD = "#1f2631", "#8a95a3", "#2f6fb1", "#b0562e", "#f6f8fb"
# CSS variable that replaces each colour, for light and dark pages
VARIABLES = {INK: "ink", FAINT: "faint", ACCENT: "accent", OTHER: "other", CARD: "card"}
STYLE: dict[str, Any] = {
    "svg.hashsalt": "sentiment",  # deterministic output
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # included in matplotlib, for the same layout everywhere
    "font.size": 8.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
# Leave out the element <metadata>, whose date would differ every time.
NO_METADATA: Any = {"Date": None, "Creator": None, "Format": None, "Type": None}


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the report's style, ignoring any matplotlibrc."""
    settings: Any = {**mpl.rcParamsDefault, **STYLE}
    del settings["backend"]
    with mpl.rc_context(settings):
        yield


def new_figure(height: float = 2.7) -> Figure:
    """Return a figure of the report's width, small enough for a phone.

    Args:
        height: height in inches.
    """
    return Figure(figsize=(3.5, height), layout="constrained")


def svg(figure: Figure, name: str) -> str:
    """Return an `<svg>` element, hidden from screen readers, which read its text alternative.

    Args:
        figure: figure drawn within `styled`.
        name: prefix that makes the ids unique in the page.
    """
    file = StringIO()
    with warnings.catch_warnings():
        # The texts stay texts, which the reader's browser draws with fonts that have the letters.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        figure.savefig(file, format="svg", transparent=True, metadata=NO_METADATA)
    text = file.getvalue()
    text = '<svg aria-hidden="true"' + text[text.index("<svg") + len("<svg") :].rstrip()
    text = re.sub(r'(\bid="|xlink:href="#|url\(#)', rf"\g<1>{name}-", text)
    return re.sub("|".join(VARIABLES), lambda color: f"var(--{VARIABLES[color.group()]})", text)
