# SPDX-License-Identifier: MIT
"""Programs from an -initrd: it replaces the built-in archive, and whatever is wrong with it, or
with an ELF file in it, is named. Each error of elf_errors.def has a file that provokes it."""

import re
import struct

import newc
import pytest

from trapeze_tools.paths import SOURCE

# Offsets in Elf64_Ehdr and Elf64_Phdr (gABI 4 and 5), with the format of the field.
CLASS, DATA, IDENT_VERSION = (4, "B"), (5, "B"), (6, "B")
TYPE, MACHINE, VERSION = (16, "H"), (18, "H"), (20, "I")
ENTRY, PROGRAM_HEADERS, FLAGS = (24, "Q"), (32, "Q"), (48, "I")
HEADER_BYTES, ENTRY_BYTES, COUNT = (52, "H"), (54, "H"), (56, "H")
P_TYPE, P_FLAGS, P_OFFSET, P_VADDR = (0, "I"), (4, "I"), (8, "Q"), (16, "Q")
P_FILE_BYTES, P_MEMORY_BYTES, P_ALIGNMENT = (32, "Q"), (40, "Q"), (48, "Q")
PROGRAM_HEADER_BYTES = 56
LOAD, DYNAMIC, INTERPRETER, STACK, UNKNOWN = 1, 2, 3, 0x6474E551, 0x7FFFFFFF
READ, WRITE, EXECUTE = 4, 2, 1
PAGE_BYTES = 4096
IMAGE_BASE = 0x100000


class Elf:
    """A small program that exits with status 7, to be spoilt field by field."""

    STATUS = 7
    # li a0, 7; li a7, SYS_process_exit; ecall
    CODE = struct.pack("<III", 0x00700513, 0x00A00893, 0x00000073)

    def __init__(self, headers=2):
        self.bytes = bytearray(PAGE_BYTES) + bytearray(2 * PAGE_BYTES)
        self.bytes[:16] = b"\x7fELF\x02\x01\x01" + bytes(9)
        self.set(TYPE, 2).set(MACHINE, 243).set(VERSION, 1).set(ENTRY, IMAGE_BASE)
        self.set(PROGRAM_HEADERS, 64).set(FLAGS, 5).set(HEADER_BYTES, 64)
        self.set(ENTRY_BYTES, PROGRAM_HEADER_BYTES).set(COUNT, headers)
        self.segment(0, READ | EXECUTE, IMAGE_BASE, PAGE_BYTES)
        self.segment(1, READ | WRITE, IMAGE_BASE + PAGE_BYTES, 2 * PAGE_BYTES)
        self.bytes[PAGE_BYTES : PAGE_BYTES + len(self.CODE)] = self.CODE

    def set(self, field, value):
        offset, form = field
        struct.pack_into("<" + form, self.bytes, offset, value)
        return self

    def in_header(self, index, field, value):
        """Sets a field of a program header."""
        offset, form = field
        return self.set((64 + index * PROGRAM_HEADER_BYTES + offset, form), value)

    def segment(self, index, flags, vaddr, offset, kind=LOAD):
        for field, value in {
            P_TYPE: kind,
            P_FLAGS: flags,
            P_OFFSET: offset,
            P_VADDR: vaddr,
            P_FILE_BYTES: PAGE_BYTES,
            P_MEMORY_BYTES: PAGE_BYTES,
            P_ALIGNMENT: PAGE_BYTES,
        }.items():
            self.in_header(index, field, value)
        return self

    def with_third(self, kind):
        """A third program header, of a kind that has no segment."""
        return self.set(COUNT, 3).segment(2, READ, 0, 0, kind)


def too_many_segments():
    elf = Elf(headers=9)
    for index in range(1, 9):
        elf.segment(index, READ, IMAGE_BASE + index * PAGE_BYTES, PAGE_BYTES)
    return elf


def stack(size):
    return Elf().with_third(STACK).in_header(2, P_MEMORY_BYTES, size)


SPOILT = {
    "ELF_TRUNCATED": lambda: Elf().bytes[:63],
    "ELF_BAD_MAGIC": lambda: Elf().set((1, "B"), 0x65),
    "ELF_NOT_64_BIT": lambda: Elf().set(CLASS, 1),
    "ELF_NOT_LITTLE_ENDIAN": lambda: Elf().set(DATA, 2),
    "ELF_BAD_VERSION": lambda: Elf().set(VERSION, 2),
    "ELF_NOT_EXECUTABLE": lambda: Elf().set(TYPE, 3),
    "ELF_NOT_RISCV": lambda: Elf().set(MACHINE, 62),
    "ELF_RVE": lambda: Elf().set(FLAGS, 0x8),
    "ELF_BAD_FLOAT_ABI": lambda: Elf().set(FLAGS, 0x2),
    "ELF_UNKNOWN_FLAGS": lambda: Elf().set(FLAGS, 0x10),
    "ELF_BAD_HEADER_BYTES": lambda: Elf().set(HEADER_BYTES, 52),
    "ELF_BAD_ENTRY_BYTES": lambda: Elf().set(ENTRY_BYTES, 32),
    "ELF_NO_HEADER": lambda: Elf().set(COUNT, 0),
    "ELF_TOO_MANY_HEADERS": lambda: Elf().set(COUNT, 33),
    "ELF_HEADERS_OUTSIDE": lambda: Elf().set(PROGRAM_HEADERS, len(Elf().bytes) - 64),
    "ELF_INTERPRETER": lambda: Elf().with_third(INTERPRETER),
    "ELF_DYNAMIC": lambda: Elf().with_third(DYNAMIC),
    "ELF_NO_SEGMENT": lambda: Elf().in_header(0, P_TYPE, 4).in_header(1, P_TYPE, 4),
    "ELF_TOO_MANY_SEGMENTS": too_many_segments,
    "ELF_FILE_EXCEEDS_MEMORY": lambda: Elf().in_header(1, P_MEMORY_BYTES, PAGE_BYTES - 1),
    "ELF_SEGMENT_OUTSIDE_FILE": lambda: Elf().in_header(1, P_OFFSET, 1 << 40),
    "ELF_BAD_ADDRESS": lambda: Elf().in_header(0, P_VADDR, IMAGE_BASE - PAGE_BYTES),
    "ELF_BAD_ALIGNMENT": lambda: Elf().in_header(1, P_VADDR, IMAGE_BASE + PAGE_BYTES + 8),
    "ELF_NO_ACCESS": lambda: Elf().in_header(1, P_FLAGS, 0),
    "ELF_WRITABLE_CODE": lambda: Elf().in_header(1, P_FLAGS, READ | WRITE | EXECUTE),
    "ELF_NOT_ASCENDING": lambda: Elf().in_header(0, P_VADDR, IMAGE_BASE + 8 * PAGE_BYTES),
    "ELF_OVERLAP": lambda: Elf().in_header(1, P_VADDR, IMAGE_BASE),
    "ELF_SHARED_PAGE": lambda: (
        Elf()
        .in_header(0, P_MEMORY_BYTES, PAGE_BYTES + 1)
        .in_header(1, P_VADDR, IMAGE_BASE + PAGE_BYTES + 16)
        .in_header(1, P_ALIGNMENT, 1)
    ),
    "ELF_TOO_LARGE": lambda: Elf().in_header(1, P_MEMORY_BYTES, 256 << 20),
    "ELF_BAD_ENTRY": lambda: Elf().set(ENTRY, IMAGE_BASE + PAGE_BYTES),
    "ELF_STACK_TOO_LARGE": lambda: stack((512 << 10) + 1),
}

MEANINGS = dict(
    re.findall(
        r'^ELF_ERROR\(\d+, (\w+), "(.*)"\)$',
        (SOURCE / "userland/lib/include/elf_errors.def").read_text(),
        re.MULTILINE,
    )
)

BANNER = re.compile(r"trapeze: \S+, hart .*")


def contents(file):
    return bytes(file.bytes if isinstance(file, Elf) else file)


@pytest.fixture
def boot_initrd(boot, tmp_path):
    """boot_initrd(DATA, PROGRAM, ARG..., last=LINE): boots with DATA as the initrd."""

    def start(data, *command, **options):
        path = tmp_path / "initrd"
        path.write_bytes(data)
        return boot(*command, extra=("-initrd", str(path)), **options)

    return start


@pytest.fixture
def boot_files(boot_initrd, build):
    """boot_files(FILES, PROGRAM, ARG..., last=LINE): boots with an initrd of these and of what init
    needs."""

    def start(files, *command, **options):
        data = newc.with_system(build.directory / "archive.cpio", files)
        return boot_initrd(data, *command, **options)

    return start


def test_every_error_has_a_file():
    assert set(SPOILT) == set(MEANINGS)


@pytest.mark.parametrize("error", SPOILT)
def test_spoilt_program(boot_files, error):
    files = {"good": contents(Elf()), "spoilt": contents(SPOILT[error]())}
    last = f"trapeze: cannot run 'spoilt': {MEANINGS[error]}"
    boot_files(files, "spoilt", status=127, last=last)


@pytest.mark.parametrize(
    "file",
    [
        Elf(),
        Elf().set(FLAGS, 0),  # soft float
        Elf().in_header(1, P_FILE_BYTES, 0),
        Elf().in_header(1, P_MEMORY_BYTES, 64 << 20),
        stack(512 << 10),
        stack(0),
        Elf().with_third(UNKNOWN),  # a kind of header that nobody knows
    ],
    ids=["plain", "soft float", "only bss", "large bss", "large stack", "no stack", "unknown"],
)
def test_good_program(boot_files, file):
    """What the spoilt ones are made from is good."""
    boot_files({"good": contents(file)}, "good", status=Elf.STATUS, last=BANNER)


def test_initrd_replaces_the_built_in_archive(boot_files, build):
    programs = newc.read((build.directory / "archive.cpio").read_bytes())
    files = {"other": programs["test-args"]}
    outcome = boot_files(files, "other", "one", last="test-args: ok")
    assert 'test-args: argv[0] "other"' in outcome.lines
    last = "trapeze: cannot run 'test-args': the boot archive has no such program"
    boot_files(files, "test-args", status=127, last=last)


def test_initrd_as_large_as_memory_allows(boot_files):
    files = {"ballast": bytes(40 << 20), "good": contents(Elf())}
    boot_files(files, "good", status=Elf.STATUS, last=BANNER, memory="128M")


def test_names(boot_initrd, build):
    """A path is a name like another; a leading ./ is none; a directory is no program."""
    system = newc.with_system(build.directory / "archive.cpio", {}).removesuffix(newc.trailer())
    data = b"".join(
        (
            system,
            newc.entry("./bin", mode=newc.DIRECTORY),
            newc.entry("./bin/good", contents(Elf())),
            newc.trailer(),
        )
    )
    boot_initrd(data, "bin/good", status=Elf.STATUS, last=BANNER)
    last = "trapeze: cannot run 'bin': the boot archive has no such program"
    boot_initrd(data, "bin", status=127, last=last)


GOOD = newc.archive({"good": contents(Elf())})
BROKEN = {
    "not an archive": (b"#!/bin/sh\n" * 100, "an entry does not begin with 070701 (cpio, newc)"),
    "short": (b"070701", "it ends before its trailer"),
    "cut within its header": (GOOD[:100], "it ends before its trailer"),
    "cut within its data": (GOOD[:5000], "an entry reaches beyond its end"),
    "cut before its trailer": (newc.entry("good", contents(Elf())), "it ends before its trailer"),
    "no number": (
        GOOD[:54] + b"0000300g" + GOOD[62:],
        "the length of a name or a file is not a hexadecimal number",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_archive(boot_initrd, kind):
    data, problem = BROKEN[kind]
    last = f"init: this is no boot archive: {problem}"
    boot_initrd(data, "good", status=127, last=last)
