"""Builds the compiled half of `monitor/topics/line.py` when the package is installed from its sources and a C compiler is at hand.

Without one the package is complete: the same words are found in Python, at about half the speed.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

MODULE = "monitor.topics._scan"
SOURCE = "monitor/topics/_scan.c"


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # the name that hatchling looks for
    """Compiles one module: into the wheel, or beside its source for an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the module and name it to hatchling; warn, and build none, if that fails."""
        with tempfile.TemporaryDirectory() as folder:
            built = compiled(Path(self.root), Path(folder))
            if not built.exists():
                self.app.display_warning(f"{MODULE} could not be compiled: topics will be matched in Python")
                return
            editable = version == "editable"
            place = (
                Path(self.root) / ("" if editable else "build/compiled") / Path(SOURCE).parent / built.name
            )
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(built, place)
        if not editable:
            build_data["force_include"][str(place)] = str(Path(SOURCE).parent / place.name)
            build_data["pure_python"], build_data["infer_tag"] = False, True


def compiled(root: Path, folder: Path) -> Path:
    """Compile the module of the sources at `root` into a folder and return its file, which is not there if that failed."""
    extension = Extension(MODULE, [str(root / SOURCE)], optional=True)
    command = build_ext(Distribution({"ext_modules": [extension]}))
    command.build_lib, command.build_temp = str(folder / "lib"), str(folder / "temp")
    command.ensure_finalized()
    command.run()
    return Path(command.get_ext_fullpath(MODULE))
