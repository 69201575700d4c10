# SPDX-License-Identifier: MIT
"""The symbols of user programs: of one at a time, since all lie at the same addresses."""

from __future__ import annotations

from pathlib import Path

import gdb

from . import kernel

_loaded: Path | None = None


def directory() -> Path:
    return kernel.build_directory() / "programs"


def names() -> list[str]:
    """The programs that have been built."""
    return sorted(path.stem for path in directory().glob("*.elf"))


def loaded() -> str | None:
    """The program whose symbols GDB has."""
    return _loaded.stem if _loaded else None


def load(name: str) -> None:
    """Takes the symbols of a program instead of those of the one before."""
    global _loaded
    path = directory() / f"{name}.elf"
    if not path.is_file():
        raise gdb.GdbError(f"there is no program '{name}'; there are: {' '.join(names())}")
    if _loaded is not None:
        gdb.execute(f'remove-symbol-file "{_loaded}"', to_string=True)
        _loaded = None
    gdb.execute(f'add-symbol-file "{path}"', to_string=True)
    _loaded = path


def is_loaded_one_running() -> bool:
    """Whether the process that the hart runs is of the program whose symbols GDB has."""
    return is_of_loaded_one(kernel.Hart().current)


def is_of_loaded_one(process: kernel.Process | None) -> bool:
    """Whether a process has the name of the program whose symbols GDB has."""
    if process is None or _loaded is None:
        return False
    return process.name.encode() == _loaded.stem.encode()[: kernel.NAME_BYTES]


def named(process: kernel.Process) -> str | None:
    """The program that a process is of, as far as its name tells; None: of none that was built."""
    raw = process.name.encode()
    found = [name for name in names() if name.encode()[: kernel.NAME_BYTES] == raw]
    return found[0] if len(found) == 1 else None
