# SPDX-License-Identifier: MIT
"""Installing, configuring and building: each only where needed, and quiet when all goes well."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .archive import program_names
from .errors import ToolError, UsageError
from .paths import SCRIPTS, SOURCE, shown

_STATUS = re.compile(r"\[\d+/\d+\] ")


@dataclass(frozen=True)
class Build:
    """A preset and the directory that it builds in."""

    preset: str
    directory: Path

    @property
    def kernel(self) -> Path:
        return self.directory / "trapeze.elf"

    def programs(self) -> list[str]:
        """The programs that this build's kernel can run."""
        return program_names(self.directory / "archive.cpio")


def presets() -> dict[str, Path]:
    """The presets of CMakePresets.json that a user can choose, with their build directories."""
    path = SOURCE / "CMakePresets.json"
    try:
        listed = json.loads(path.read_text())["configurePresets"]
    except (OSError, ValueError, KeyError) as error:
        raise ToolError(f"{shown(path)} cannot be read: {error}") from error
    by_name = {preset["name"]: preset for preset in listed}
    return {
        name: Path(_inherited(by_name, name, "binaryDir").replace("${sourceDir}", str(SOURCE)))
        for name, preset in by_name.items()
        if not preset.get("hidden")
    }


def _inherited(by_name: dict[str, dict], name: str, key: str) -> str:
    """A preset's setting, or that of the first preset which it inherits it from."""
    preset = by_name[name]
    if key in preset:
        return preset[key].replace("${presetName}", name)
    parents = preset.get("inherits", [])
    for parent in [parents] if isinstance(parents, str) else parents:
        if found := _inherited(by_name, parent, key):
            return found.replace("${presetName}", name)
    return ""


def select(preset: str) -> Build:
    """The build of a preset; $TRAPEZE_BUILD names another directory for the default one."""
    known = presets()
    if preset not in known:
        raise UsageError(f"there is no preset '{preset}'", "presets: " + " ".join(known))
    directory = known[preset]
    if preset == "default" and os.environ.get("TRAPEZE_BUILD"):
        directory = Path(os.environ["TRAPEZE_BUILD"]).resolve()
    return Build(preset, directory)


def ensure_tools(*groups: str) -> None:
    """Has scripts/setup install what is missing of its groups."""
    # All that it says is about the setup: stdout belongs to the script's own output.
    setup = [str(SCRIPTS / "setup"), "--quiet", *groups]
    if subprocess.run(setup, stdout=sys.stderr, check=False).returncode != 0:
        raise ToolError("something that is needed is missing", "scripts/setup tells what")


def configure(build: Build) -> None:
    """Configures the build if it is not configured yet; later changes are the build's own to see."""
    build.directory.mkdir(parents=True, exist_ok=True)
    with _locked(build.directory):
        _check_source(build.directory)
        if not (build.directory / "build.ninja").exists():
            _run_step(
                f"configuring {shown(build.directory)}",
                ["cmake", "--preset", build.preset, "-B", str(build.directory)],
            )


def make(build: Build) -> None:
    """Brings the build up to date."""
    configure(build)
    with _locked(build.directory):
        _run_step(f"building {shown(build.directory)}", ["cmake", "--build", str(build.directory)])


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Keeps other scripts from building in the same directory at the same time."""
    with open(directory / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _check_source(directory: Path) -> None:
    """CMake refuses a directory that belongs to another tree (a moved one); say what to do."""
    cache = directory / "CMakeCache.txt"
    if not cache.exists():
        return
    home = re.search(r"^CMAKE_HOME_DIRECTORY:\w+=(.*)$", cache.read_text(), re.MULTILINE)
    if home and Path(home[1]).resolve() != SOURCE:
        raise ToolError(
            f"{shown(directory)} was configured for the source tree {home[1]}, not for this one",
            f"rm -r {shown(directory)}, then try again",
        )


class _Progress:
    """One line on the terminal that tells how far a step is; nothing where there is no terminal."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._active = sys.stderr.isatty()

    def show(self, text: str) -> None:
        if self._active:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\033[K{f'{self._title}: {text}'[:width]}", end="", file=sys.stderr)
            sys.stderr.flush()

    def clear(self) -> None:
        if self._active:
            print("\r\033[K", end="", file=sys.stderr)


def _run_step(title: str, command: list[str]) -> None:
    """Runs a step of the build: its output is shown if it fails, its warnings in any case."""
    progress = _Progress(title)
    environment = os.environ | {"NINJA_STATUS": "[%f/%t] "}
    kept: list[str] = []
    with subprocess.Popen(
        command,
        cwd=SOURCE,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            kept.append(line)
            progress.show(line.strip())
    progress.clear()
    if process.returncode != 0:
        sys.stderr.writelines(kept)
        raise ToolError(f"{title} failed")
    if command[1] == "--build":
        # What is neither ninja's own nor a step's title was written by a compiler.
        sys.stderr.writelines(
            line for line in kept if not (_STATUS.match(line) or line.startswith(("ninja: ", "-- ")))
        )
