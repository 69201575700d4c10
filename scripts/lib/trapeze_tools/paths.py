# SPDX-License-Identifier: MIT
"""Where things lie in the source tree."""

from __future__ import annotations

from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
SCRIPTS = SOURCE / "scripts"


def shown(path: Path) -> str:
    """A path as a user would type it: relative where it lies below the current directory."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
