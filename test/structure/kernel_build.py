# SPDX-License-Identifier: MIT
"""What a build of the kernel consists of: sources, object files, tools, the image."""
import functools
import io
import json
import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile

LAYERS = ("base", "platform", "memory", "sched", "object", "trap", "boot")


def _directory(variable: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        raise RuntimeError(f"{variable} is not set; run these tests by `scripts/test structure`")
    return Path(value).resolve()


SOURCE = _directory("TRAPEZE_SOURCE")
BUILD = _directory("TRAPEZE_BUILD")
KERNEL_SOURCE = SOURCE / "src"
IMAGE = BUILD / "trapeze.elf"
POLICY = re.compile(r"sched/policy_(\w+)\.c")


@dataclass(frozen=True)
class Unit:
    """One kernel source file that is compiled, and how."""

    name: str  # relative to src/
    source: Path
    object: Path
    command: tuple[str, ...]  # the compiler and its flags; neither -c, -o nor the source
    directory: Path

    @property
    def layer(self) -> str:
        return self.name.split("/")[0]

    def compile(self, *options: str) -> subprocess.CompletedProcess:
        """Runs the unit's compiler with the unit's flags and then `options`; name the source."""
        return subprocess.run([*self.command, *options], cwd=self.directory, check=False,
                              capture_output=True, text=True)


def _flags_only(command: list[str], file: str) -> tuple[str, ...]:
    kept = []
    arguments = iter(command)
    for argument in arguments:
        if argument == "-o":
            next(arguments)
        elif argument not in ("-c", file):
            kept.append(argument)
    return tuple(kept)


@functools.cache
def units(target: str = "kernel") -> tuple[Unit, ...]:
    """Every file of src/ that compile_commands.json compiles for the kernel, in its order; or for
    other targets, whose names begin so: "scheduler-", the kernels of test/boot/test_policies.py
    alone, "offsets-", what tells assembly of C's structures and is in no kernel."""
    path = BUILD / "compile_commands.json"
    if not path.exists():
        raise RuntimeError(f"{path} is missing; build the kernel first: scripts/test builds it")
    found = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        source = (Path(entry["directory"]) / entry["file"]).resolve()
        if not source.is_relative_to(KERNEL_SOURCE):
            continue
        command = entry.get("arguments") or shlex.split(entry["command"])
        output = entry.get("output") or command[command.index("-o") + 1]
        directory = Path(entry["directory"])
        compiled = (directory / output).resolve()
        if not compiled.is_relative_to(BUILD / "src"):
            continue  # a user program shares the source
        if not compiled.relative_to(BUILD / "src/CMakeFiles").parts[0].startswith(target):
            continue
        found.append(Unit(str(source.relative_to(KERNEL_SOURCE)), source, compiled,
                          _flags_only(command, entry["file"]), directory))
    if not found:
        raise RuntimeError(f"{path} compiles nothing of {KERNEL_SOURCE}")
    return tuple(found)


def built_policy() -> Unit:
    """The scheduling policy that -DTRAPEZE_SCHED has chosen."""
    (policy,) = (unit for unit in units() if POLICY.fullmatch(unit.name))
    return policy


@functools.cache
def policies() -> tuple[Unit, ...]:
    """Every scheduling policy, compiled as the one in the build is. Each stands in its place."""
    built = built_policy()
    found = []
    for source in sorted((KERNEL_SOURCE / "sched").glob("policy_*.c")):
        name = str(source.relative_to(KERNEL_SOURCE))
        compiled = BUILD / "policies" / f"{source.stem}.o"
        unit = Unit(name, source, compiled, built.command, built.directory)
        compiled.parent.mkdir(exist_ok=True)
        result = unit.compile("-c", str(source), "-o", str(compiled))
        assert result.returncode == 0, f"{name}: {result.stderr}"
        found.append(unit)
    return tuple(found)


def is_generated(header: str) -> bool:
    """Whether the build makes this header of the offsets.c beside it."""
    return any(unit.name == header.removesuffix(".h") + ".c" for unit in units("offsets-"))


@functools.cache
def offsets() -> dict[str, int]:
    """By what names and numbers assembly knows C's structures: what the build has made of each
    offsets.c."""
    found: dict[str, int] = {}
    for unit in units("offsets-"):
        header = (BUILD / "src" / unit.name).with_suffix(".h")
        for line in header.read_text(encoding="utf-8").splitlines():
            match = re.fullmatch(r"#define (\w+) (\d+)", line)
            assert match and match[1] not in found, f"{header}: {line}"
            found[match[1]] = int(match[2])
    return found


def kernel_files(*suffixes: str) -> list[Path]:
    """The files of src/ and include/ that end so."""
    return sorted(path for root in (KERNEL_SOURCE, SOURCE / "include")
                  for path in root.rglob("*") if path.is_file() and path.name.endswith(suffixes))


def relative(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def tool(name: str) -> str:
    """The binary utility of the toolchain that built the kernel."""
    compiler = units()[0].command[0]
    if not re.search(r"gcc$", compiler):
        raise RuntimeError(f"the kernel was compiled by {compiler}, whose {name} is not known here")
    return compiler[:-len("gcc")] + name


def run_tool(name: str, *arguments: str | Path) -> str:
    return subprocess.run([tool(name), *map(str, arguments)], check=True, capture_output=True,
                          text=True).stdout


@functools.cache
def elf(path: Path) -> ELFFile:
    """The whole file is read, so that nothing stays open."""
    if not path.exists():
        raise RuntimeError(f"{path} is missing; build the kernel first: scripts/test builds it")
    return ELFFile(io.BytesIO(path.read_bytes()))


def symbols(path: Path) -> list:
    """The named symbols of an ELF file."""
    table = elf(path).get_section_by_name(".symtab")
    return [symbol for symbol in table.iter_symbols() if symbol.name] if table else []


def image_symbol(name: str):
    """The image's one symbol of this name."""
    matches = [symbol for symbol in symbols(IMAGE) if symbol.name == name]
    assert len(matches) == 1, f"{IMAGE.name} has {len(matches)} symbols called {name}, not 1"
    return matches[0]
