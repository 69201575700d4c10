# SPDX-License-Identifier: MIT
"""The figures that the repository records: nobody makes one worse without saying so.

They hold for the tools that they were measured with. With others, the compiler's code is another
one, and the record is silent: only the budgets count then.
"""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import versions
from ..doctor import picolibc_version
from ..errors import ToolError
from ..paths import SOURCE, shown
from .figures import Result

RECORD = SOURCE / "test" / "bench" / "recorded.toml"

_HEAD = """\
# SPDX-License-Identifier: MIT
#
# What scripts/bench measures of this tree, written by scripts/bench --record. With the tools
# that are named here, a figure that is worse than this one fails scripts/bench and its test: a
# change that makes one worse says so here.
"""


@dataclass(frozen=True)
class Record:
    """Figures by name, and the versions of the tools that they hold for."""

    tools: dict[str, str]
    figures: dict[str, int]

    def other_tools(self, here: Mapping[str, str]) -> list[str]:
        """Which tools differ from the record's, in words."""
        return [
            f"{name} {here.get(name, 'missing')} instead of {version}"
            for name, version in self.tools.items()
            if here.get(name) != version
        ]


def read(path: Path = RECORD) -> Record:
    try:
        with open(path, "rb") as file:
            content = tomllib.load(file)
        return Record(content["tools"], content["figures"])
    except OSError as error:
        raise ToolError(f"{shown(path)} cannot be read: {error.strerror}") from error
    except (KeyError, tomllib.TOMLDecodeError) as error:
        raise ToolError(
            f"{shown(path)} is no record: {error}", "scripts/bench --record writes one"
        ) from error


def text(record: Record) -> str:
    lines = [_HEAD, "[tools]"]
    lines += [f'{name} = "{version}"' for name, version in record.tools.items()]
    lines += ["", "[figures]"]
    lines += [f"{name} = {value}" for name, value in record.figures.items()]
    return "\n".join(lines) + "\n"


def tools_here(qemu: versions.Version, firmware: str) -> dict[str, str]:
    """What the figures depend on, as far as it is no part of the tree."""
    compiler = subprocess.run(
        ["riscv64-unknown-elf-gcc", "-dumpfullversion"], capture_output=True, text=True, check=False
    )
    picolibc = picolibc_version()
    return {
        "GCC": compiler.stdout.strip() or "unknown",
        "picolibc": versions.text(picolibc) if picolibc else "unknown",
        "QEMU": versions.text(qemu),
        "OpenSBI": firmware,
    }


@dataclass(frozen=True)
class Verdict:
    """What became of the figures since they were recorded: lines to tell, and whether it is bad."""

    worse: list[str]
    better: list[str]
    missing: list[str]

    @property
    def lines(self) -> list[str]:
        lines = [f"WORSE than recorded: {one}" for one in self.worse]
        lines += [f"better than recorded: {one}" for one in self.better]
        lines += [f"not recorded: {one}" for one in self.missing]
        if self.better or self.missing:
            lines.append("scripts/bench --record writes them down")
        return lines


def judge(results: Sequence[Result], record: Record) -> Verdict:
    verdict = Verdict([], [], [])
    for result in results:
        name, value = result.figure.name, result.value
        was = record.figures.get(name)
        if was is None:
            verdict.missing.append(name)
        elif value != was:
            worse = result.figure.is_worse(value, was)
            (verdict.worse if worse else verdict.better).append(f"{name} {value:,}, was {was:,}")
    return verdict
