"""Where the bundled files are: inside the wheel, or in the checkout the package is run from."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def seeds() -> Traversable:
    """Return the folder of sample articles and the sample world."""
    packaged = files("monitor").joinpath("_templates", "seeds")
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "seeds"
