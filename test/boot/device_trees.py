# SPDX-License-Identifier: MIT
"""Device trees: QEMU's own as text, changed, and made into a blob again (by dtc)."""

from __future__ import annotations

import subprocess
from pathlib import Path

from trapeze_tools.qemu import Qemu

MEMORY_NODE = """\
	memory@80000000 {
		device_type = "memory";
		reg = <0x00 0x80000000 0x00 0x8000000>;
	};
"""


def dump(
    emulator: Qemu, directory: Path, *, harts: int = 1, extra: tuple[str, ...] = ()
) -> str:
    """The source of the tree of QEMU's machine with 128 MiB of memory."""
    blob = directory / "qemu.dtb"
    machine = ["-machine", f"virt,dumpdtb={blob}", "-m", "128M", "-smp", str(harts)]
    _run([emulator.path, *machine, *extra, "-nographic"])
    return _run(["dtc", "-q", "-I", "dtb", "-O", "dts", str(blob)])


def compile_tree(source: str, directory: Path) -> Path:
    """The blob, in a file."""
    text, blob = directory / "changed.dts", directory / "changed.dtb"
    text.write_text(source)
    _run(["dtc", "-q", "-f", "-I", "dts", "-O", "dtb", "-o", str(blob), str(text)])
    return blob


def replaced(source: str, old: str, new: str) -> str:
    """The source with one place changed."""
    assert source.count(old) == 1, f"{old!r} occurs {source.count(old)} times in QEMU's tree"
    return source.replace(old, new)


def node(source: str, name: str) -> str:
    """The text of the node of that name, with all its own nodes."""
    lines = source.splitlines(keepends=True)
    (start,) = (i for i, line in enumerate(lines) if line.strip() == f"{name} {{")
    indentation = lines[start][: -len(lines[start].lstrip())]
    end = lines.index(f"{indentation}}};\n", start)
    return "".join(lines[start : end + 1])


def _run(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{' '.join(command)}:\n{result.stderr}"
    return result.stdout
