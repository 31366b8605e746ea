"""matplotlib figures as SVG elements that take their colours from the page around them.

Drawn by matplotlib's object interface: without a display, and without pyplot's shared state.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

INK, FAINT, ACCENT, OTHER, CARD = "#1f2631", "#8a95a3", "#2f6fb1", "#b0562e", "#f6f8fb"
# Each colour is replaced by a variable of the page's style sheet, light or dark.
VARIABLES = {INK: "ink", FAINT: "faint", ACCENT: "accent", OTHER: "other", CARD: "card"}
STYLE: dict[str, Any] = {
    "svg.hashsalt": "sentiment",  # the same figure gives the same bytes
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same layout everywhere
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
# Of the element <metadata>: a date would differ every time, and the rest says nothing.
NO_METADATA: Any = {"Date": None, "Creator": None, "Format": None, "Type": None}


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the report's style, whatever a matplotlibrc of the machine says."""
    settings: Any = {**mpl.rcParamsDefault, **STYLE}
    del settings["backend"]
    with mpl.rc_context(settings):
        yield


def new_figure(height: float = 2.7) -> Figure:
    """Return a figure of the reports' width; small, so that its text can be read on a phone.

    Args:
        height: inches.
    """
    return Figure(figsize=(3.5, height), layout="constrained")


def svg(figure: Figure, name: str) -> str:
    """Return an `<svg>` element that is hidden from screen readers: what it shows stands beside it.

    Args:
        figure: drawn within `styled`.
        name: begins every id of the element, since ids must be unique in a page.
    """
    file = StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata=NO_METADATA)
    text = file.getvalue()
    text = '<svg aria-hidden="true"' + text[text.index("<svg") + len("<svg") :].rstrip()
    text = re.sub(r'(\bid="|xlink:href="#|url\(#)', rf"\g<1>{name}-", text)
    return re.sub("|".join(VARIABLES), lambda color: f"var(--{VARIABLES[color.group()]})", text)
