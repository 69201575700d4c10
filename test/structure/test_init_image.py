# SPDX-License-Identifier: MIT
"""cmake/init_image.py: what it makes of a program, and which programs it refuses to put into the
kernel, which cannot check them any more."""
import re
import struct
import subprocess
import sys

import pytest

import kernel_build
from kernel_build import SOURCE

TOOL = SOURCE / "cmake/init_image.py"
ABI = SOURCE / "include/trapeze/abi.h"
R, W, X = 4, 2, 1
CODE = (0x100000, b"code", 4, R | X)
DATA = (0x102000, b"data", 0x1800, R | W)


def program(*segments, entry=0x100002, machine=243, kind=2):
    """An ELF file with segments of (address, bytes, size in memory, flags)."""
    offset = 64 + 56 * len(segments)
    headers, contents = b"", b""
    for vaddr, data, size, flags in segments:
        headers += struct.pack("<IIQQQQQQ", 1, flags, offset + len(contents), vaddr, vaddr,
                               len(data), size, 4096)
        contents += data
    header = b"\x7fELF\2\1\1" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", kind, machine, 1, entry, 64, 0, 0, 64, 56, len(segments), 64, 0, 0)
    return header + headers + contents


def make(path, contents):
    path.write_bytes(contents)
    output = path.with_suffix(".S")
    result = subprocess.run([sys.executable, str(TOOL), "--abi", str(ABI), str(path), str(output)],
                            capture_output=True, text=True, check=False)
    return result, output


def test_the_table_and_the_pages(tmp_path):
    result, output = make(tmp_path / "init", program(DATA, CODE))
    assert result.returncode == 0, result.stderr
    text = output.read_text(encoding="ascii")
    rows = re.findall(r"\.dword (0x\w+), (\d+)\n +\.word (0x\w+), 0\n +\.dword (\w+), (\d+)", text)
    assert rows == [("0x100000", "1", "0x28", "segment_0", "4"),  # RIGHT_READ, RIGHT_EXECUTE
                    ("0x102000", "2", "0x18", "segment_1", "4")]  # RIGHT_READ, RIGHT_WRITE
    assert re.search(r"init_segment_count:\n +\.dword 2\ninit_entry:\n +\.dword 0x100002\n", text)
    unit = next(unit for unit in kernel_build.units() if unit.source.suffix == ".S")
    made = tmp_path / "init.o"
    assert unit.compile("-c", str(output), "-o", str(made)).returncode == 0
    pages = kernel_build.elf(made).get_section_by_name(".init_image").data()
    assert pages == b"code" + bytes(4092) + b"data" + bytes(4092)


@pytest.mark.parametrize("contents, reason", [
    (b"#!/bin/sh\n", "Magic number"),
    (program(CODE, machine=62), "not a statically linked 64-bit RISC-V program"),
    (program(CODE, kind=3), "not a statically linked 64-bit RISC-V program"),
    (program(CODE, (0x101010, b"", 16, R)), "0x101010 does not begin at a page"),
    (program(CODE, (0xff000, b"", 16, R)), "0xff000 is not between INIT_BASE (0x100000)"),
    (program(CODE, (0x3ffffff000, b"", 4097, R)), "0x3ffffff000 is not between"),
    (program(CODE, (0x101000, b"", 16, R | W | X)), "0x101000 is writable and executable"),
    (program(CODE, (0x101000, b"", 16, W)), "0x101000 cannot be read"),
    (program(CODE, (0x101000, b"12345", 4, R)), "0x101000 has more bytes in the file"),
    (program(CODE, DATA, (0x103000, b"", 1, R)), "0x102000 and 0x103000 share a page"),
    (program(CODE, DATA, entry=0x102000), "its entry, 0x102000, is in no executable segment"),
    (program(), "is in no executable segment"),
])
def test_what_cannot_be_the_first_process(tmp_path, contents, reason):
    result, output = make(tmp_path / "init", contents)
    assert result.returncode != 0
    assert f"{tmp_path}/init: the first process cannot be this: " in result.stderr
    assert reason in result.stderr and "Traceback" not in result.stderr
    assert not output.exists()
