# SPDX-License-Identifier: MIT
"""The targets lint, format and format-check: what the linters say of every file in the tree."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import build, cli
from .paths import SOURCE

_C_FOLDERS = ("src", "include", "userland", "test")
# What clang needs of GCC's flags; and parts of the ISA's name that clang 14 does not know.
_CLANG_FLAGS = ("-D", "-I", "-std", "-march", "-mabi", "-mcmodel", "-ffreestanding")
_UNKNOWN_TO_CLANG = ("_zicsr", "_zifencei")
# That `tp` is a variable is news to the analyzer.
_ANALYZER_FLAGS = ("-fanalyzer", "-Wno-analyzer-use-of-uninitialized-value", "-Werror")
# The linker's symbols are not objects of their own; and cppcheck 2.10 fails on compound literals.
_CPPCHECK_SUPPRESSED = ("missingIncludeSystem", "unknownMacro", "comparePointers", "internalAstError")

_DESCRIPTION = "Runs the linters over the source tree; prints what they find."


@dataclass(frozen=True)
class Finding:
    """What a tool has to say of a file."""

    tool: str
    text: str


def c_files(suffixes: Sequence[str] = (".c", ".h")) -> list[Path]:
    """The C files of the tree, in order."""
    return sorted(
        path
        for folder in _C_FOLDERS
        for path in (SOURCE / folder).rglob("*")
        if path.suffix in suffixes
    )


def shell_scripts() -> list[Path]:
    """The files that start as a shell script does, or that such scripts include."""
    folders = (SOURCE / "scripts", SOURCE / "scripts" / "lib", SOURCE / "test", SOURCE / ".ci")
    files = [path for folder in folders for path in folder.iterdir() if path.is_file()]
    return sorted(path for path in files if path.suffix == ".sh" or _is_shell(path))


def _is_shell(path: Path) -> bool:
    with open(path, "rb") as file:
        first = file.readline()
    return first.startswith(b"#!") and first.split()[-1].endswith(b"sh")


def compile_commands(directory: Path) -> list[dict]:
    """The build's compilations of the tree's own C files."""
    listed = json.loads((directory / "compile_commands.json").read_text())
    return [entry for entry in listed if entry["file"].endswith(".c")]


def run(tool: str, command: Sequence[str], cwd: Path = SOURCE) -> Finding | None:
    """Runs a tool; what it found, if anything."""
    result = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return Finding(tool, result.stdout) if result.returncode != 0 else None


def system_includes(compiler: str, flags: Sequence[str]) -> list[str]:
    """Where a cross compiler finds its library's headers, as options for clang."""
    command = [compiler, *flags, "-E", "-v", "-x", "c", "/dev/null"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    listed = output.partition("<...> search starts here:\n")[2].partition("End of search")[0]
    # Of GCC's own headers clang has others with the same names.
    return [f"-isystem{line.strip()}" for line in listed.splitlines() if "/gcc/" not in line]


def clang_tidy(entry: dict) -> Finding | None:
    """clang-tidy on one compilation, with the flags that clang knows too."""
    words = shlex.split(entry["command"])
    specs = [word for word in words if word.startswith("--specs")]
    kept = [word for word in words[1:] if word.startswith(_CLANG_FLAGS)]
    for name in _UNKNOWN_TO_CLANG:
        kept = [word.replace(name, "") if word.startswith("-march") else word for word in kept]
    kept += ["--target=riscv64-unknown-elf", *system_includes(words[0], specs)]
    command = ["clang-tidy", "--quiet", entry["file"], "--", *kept]
    return run("clang-tidy", command, Path(entry["directory"]))


def gcc_analyzer(entry: dict) -> Finding | None:
    """GCC's static analysis of one compilation."""
    words = shlex.split(entry["command"])
    words[words.index("-o") + 1] = os.devnull
    return run("gcc -fanalyzer", [*words, *_ANALYZER_FLAGS], Path(entry["directory"]))


def cppcheck() -> Finding | None:
    command = ["cppcheck", "--quiet", "--error-exitcode=1", "--inline-suppr", "--std=c11"]
    command += ["--enable=warning,portability,performance", f"-j{os.cpu_count() or 1}"]
    command += [f"--suppress={name}" for name in _CPPCHECK_SUPPRESSED]
    return run("cppcheck", [*command, "-Iinclude", "-Isrc", "src"])


def shellcheck() -> Finding | None:
    return run("shellcheck", ["shellcheck", "-x", *map(str, shell_scripts())])


def lint(directory: Path) -> list[Finding]:
    """All findings. The tools work on several files at a time."""
    entries = compile_commands(directory)
    kernel = [entry for entry in entries if f"{SOURCE}/src/" in entry["file"]]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(shellcheck), pool.submit(cppcheck)]
        jobs += [pool.submit(clang_tidy, entry) for entry in entries]
        jobs += [pool.submit(gcc_analyzer, entry) for entry in kernel]
        return [finding for job in jobs if (finding := job.result())]


def clang_format(check: bool) -> list[Finding]:
    options = ["--dry-run", "-Werror"] if check else ["-i"]
    finding = run("clang-format", ["clang-format", *options, *map(str, c_files())])
    return [finding] if finding else []


def report(findings: Iterable[Finding]) -> int:
    status = 0
    for finding in findings:
        print(f"{finding.tool}:\n{finding.text}")
        status = 1
    return status


def main(arguments: Sequence[str]) -> int:
    parser = cli.Parser("lib/command.py lint", description=_DESCRIPTION)
    parser.add_argument("action", choices=("lint", "format", "format-check"))
    parser.add_argument("--build", metavar="DIR", type=Path, default=SOURCE / "build")
    options = parser.parse_args(arguments)
    build.ensure_tools("run", "lint")
    if options.action == "lint":
        findings = lint(options.build)
    else:
        findings = clang_format(check=options.action == "format-check")
    status = report(findings)
    print(f"{options.action}: {'see above' if status else 'nothing to say'}", file=sys.stderr)
    return status
