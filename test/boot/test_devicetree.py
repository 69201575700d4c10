# SPDX-License-Identifier: MIT
"""Other device trees than QEMU's own. What the firmware can live with is given to it (-dtb); what
it cannot, to the kernel alone: the machine is stopped where the firmware hands over."""

import re

import newc
import pexpect
import pytest
from device_trees import compile_tree, dump, node, replaced
from sockets import two_sockets

from trapeze_tools.watch import FIRMWARE_END, RAM_BASE

A0, A1 = 10, 11  # registers: the hart's id, the tree's address (SBI 1.0, HSM)
TREE_ADDRESS = 0x86000000
PIECE_BYTES = 512  # of a packet to the debugger
MIB = 1 << 20

SERIAL_REG = "reg = <0x00 0x10000000 0x00 0x100>;"
STDOUT = 'stdout-path = "/soc/serial@10000000";'
CPUS_END = "\n\tsoc {"


@pytest.fixture
def source(emulator, tmp_path):
    """QEMU's own tree, of a machine with one hart and 128 MiB; without the alias for its console
    that newer ones have."""
    aliases = r"\taliases \{\n.*?\n\t\};\n"
    return re.sub(aliases, "", dump(emulator, tmp_path), flags=re.DOTALL)


@pytest.fixture
def boot_tree(boot, tmp_path):
    """boot_tree(SOURCE, PROGRAM, ARG..., last=LINE): boots with that tree, the firmware too."""

    def start(source, *command, extra=(), **options):
        blob = compile_tree(source, tmp_path)
        return boot(*command, extra=("-dtb", str(blob), *extra), **options)

    return start


@pytest.fixture
def boot_blob(boot_changed, tmp_path):
    """boot_blob(BLOB, last=LINE): gives the kernel, but not the firmware, these bytes as its tree.
    BLOB may be a source to compile, which the firmware's memory is reserved in, as the firmware
    itself would have done. Further registers by number: registers={A1: 0}."""

    def start(blob, *, address=TREE_ADDRESS, registers=None, **options):
        if isinstance(blob, str):
            firmware = f"/memreserve/ {RAM_BASE:#x} {FIRMWARE_END - RAM_BASE:#x};\n"
            blob = replaced(blob, "/dts-v1/;\n", f"/dts-v1/;\n{firmware}")
            blob = compile_tree(blob, tmp_path).read_bytes()

        def change(debugger):
            for offset in range(0, len(blob), PIECE_BYTES):
                debugger.write(address + offset, blob[offset : offset + PIECE_BYTES])
            for number, value in ({A1: address} | (registers or {})).items():
                debugger.set_register(number, value)

        return boot_changed(change, **options)

    return start


def with_bootargs(source, text):
    return replaced(source, "\tchosen {\n", f"\tchosen {{\n\t\tbootargs = \"{text}\";\n")


def add_node(source, text):
    """A node more, below the root."""
    return replaced(source, CPUS_END, f"\n{text}\n{CPUS_END}")


def chosen(source, line):
    return replaced(source, STDOUT, f"{STDOUT}\n{line}")


# ---- Consoles -------------------------------------------------------------------------------


def behind_a_bus(source):
    """A UART whose bus translates addresses: init passes over it."""
    serial = node(source, "serial@10000000")
    ranges = "ranges = <0x0 0x10000000 0x0 0x10000000 0x0 0x1000>;"
    cells = "#address-cells = <2>; #size-cells = <2>;"
    bus = f'bus {{ compatible = "simple-bus"; {cells} {ranges}\n{serial}\n}};\n'
    changed = replaced(source, serial, bus)
    return replaced(changed, "/soc/serial@10000000", "/soc/bus/serial@10000000")


def without_interrupt(source):
    serial = node(source, "serial@10000000")
    return replaced(source, serial, re.sub(r"\n\s*interrupts = <.*>;", "", serial))


UNUSABLE_CONSOLES = {
    "none": lambda source: replaced(
        replaced(source, node(source, "serial@10000000"), ""), STDOUT, ""
    ),
    "no driver": lambda source: replaced(source, "/soc/serial@10000000", "/soc/rtc@101000"),
    "bad shift": lambda source: replaced(source, SERIAL_REG, SERIAL_REG + " reg-shift = <9>;"),
    "behind a bus": behind_a_bus,
    "no interrupt": without_interrupt,
}


@pytest.mark.parametrize("kind", UNUSABLE_CONSOLES)
def test_console_that_nobody_can_drive(boot_blob, source, kind):
    """init says so, through the kernel and the firmware."""
    changed = with_bootargs(UNUSABLE_CONSOLES[kind](source), "trapeze.run=test-args")
    problem = "the device tree names no UART that is known, with an interrupt"
    boot_blob(changed, status=127, last=f"trapeze: cannot run 'console': {problem}")


def with_alias(source):
    changed = replaced(source, CPUS_END, f'\n\taliases {{ tty = "/soc/serial@10000000"; }};{CPUS_END}')
    return replaced(changed, STDOUT, 'stdout-path = "tty:115200n8";')


USABLE_CONSOLES = {
    "an alias and options": with_alias,
    "a shift and a width": lambda source: replaced(
        source, SERIAL_REG, SERIAL_REG + " reg-shift = <0>; reg-io-width = <1>;"
    ),
    "another compatible first": lambda source: replaced(
        source, 'compatible = "ns16550a";', 'compatible = "acme,uart", "ns16550a";'
    ),
}


@pytest.mark.parametrize("kind", USABLE_CONSOLES)
def test_console_that_the_tree_describes_in_another_way(boot_blob, source, kind):
    changed = with_bootargs(USABLE_CONSOLES[kind](source), "trapeze.run=test-args")
    boot_blob(changed, last="test-args: ok")


# ---- Memory ---------------------------------------------------------------------------------

PATTERN = bytes(range(256)) * 16  # a page
HOLE = (0x83000000, 0x85000000)


def ram_file(path):
    """RAM that is a file, with a pattern in the hole."""
    with open(path, "wb") as file:
        file.truncate(128 * MIB)
        file.seek(HOLE[0] - RAM_BASE)
        file.write(PATTERN * ((HOLE[1] - HOLE[0]) // len(PATTERN)))
    backend = f"memory-backend-file,id=ram,size=128M,share=on,mem-path={path}"
    return ("-object", backend, "-machine", "memory-backend=ram")


def hole_is_untouched(path):
    with open(path, "rb") as file:
        file.seek(HOLE[0] - RAM_BASE)
        return file.read(HOLE[1] - HOLE[0]) == PATTERN * ((HOLE[1] - HOLE[0]) // len(PATTERN))


def reserved_memory(source):
    first, last = HOLE
    range_ = f"reg = <0x0 {first:#x} 0x0 {last - first:#x}>;"
    return add_node(
        source,
        "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;\n"
        f"hole@{first:x} {{ {range_} }}; }};",
    )


def reservation_block(source):
    first, last = HOLE
    block = f"/memreserve/ {first:#x} {last - first:#x};\n"
    return replaced(source, "/dts-v1/;\n", f"/dts-v1/;\n{block}")


def two_nodes(source):
    first, last = HOLE
    end = RAM_BASE + 128 * MIB
    above = f"reg = <0x0 {last:#x} 0x0 {end - last:#x}>;"
    changed = replaced(
        source,
        "reg = <0x00 0x80000000 0x00 0x8000000>;",
        f"reg = <0x0 {RAM_BASE:#x} 0x0 {first - RAM_BASE:#x}>;",
    )
    return add_node(changed, f'memory@{last:x} {{ device_type = "memory"; {above} }};')


def two_ranges(source):
    first, last = HOLE
    end = RAM_BASE + 128 * MIB
    return replaced(
        source,
        "reg = <0x00 0x80000000 0x00 0x8000000>;",
        f"reg = <0x0 {RAM_BASE:#x} 0x0 {first - RAM_BASE:#x} 0x0 {last:#x} 0x0 {end - last:#x}>;",
    )


def free_pages(outcome):
    return int(re.search(r"^test-memory: (\d+) of ", outcome.output, re.MULTILINE)[1])


@pytest.mark.parametrize("change", [reserved_memory, reservation_block, two_nodes, two_ranges])
def test_memory_that_is_not_there_is_not_touched(boot, boot_tree, source, tmp_path, change):
    """One process takes all the memory that there is, beside a hole of 32 MiB."""
    ram = tmp_path / "ram"
    command = ("test-memory", "all")
    outcome = boot_tree(change(source), *command, last="test-memory: ok", extra=ram_file(ram))
    assert hole_is_untouched(ram)
    hole_pages = (HOLE[1] - HOLE[0]) // 4096
    # Without the hole, it is touched.
    whole = boot_tree(source, *command, last="test-memory: ok", extra=ram_file(ram))
    assert not hole_is_untouched(ram)
    assert 0 <= hole_pages - (free_pages(whole) - free_pages(outcome)) < hole_pages // 100
    ram.unlink()


@pytest.mark.parametrize("boot_hart", [0, 1])
def test_numa_nodes(boot, tmp_path, boot_hart):
    options = two_sockets(2, boot_hart, tmp_path)
    outcome = boot("test-memory", "all", last="test-memory: ok", **options)
    assert f", hart {boot_hart} of 2, 128 MiB, " in outcome.output.splitlines()[0]
    assert free_pages(outcome) * 4096 > 120 * MIB


# ---- Interrupt controllers ------------------------------------------------------------------

NO_INTERRUPTS = "trapeze: no hart that runs gets the interrupts of devices"
FIRST, SECOND = "plic@c000000", "plic@c600000"


@pytest.fixture
def without_pings(build, tmp_path):
    """QEMU's options for an archive whose manifest lets console wait for interrupts alone."""
    files = newc.read((build.directory / "archive.cpio").read_bytes())
    files["manifest"], count = re.subn(rb"(?m)^ +ping .*\n", b"", files["manifest"])
    assert count > 0
    path = tmp_path / "initrd"
    path.write_bytes(newc.archive(files))
    return ("-initrd", str(path))


def dump_sockets(emulator, directory, harts):
    """QEMU's own tree of a machine with two sockets."""
    extra = two_sockets(harts, 0, directory)["extra"]
    return dump(emulator, directory, harts=harts, extra=extra)


def second_first(source):
    """The same controllers, in the other order."""
    first, second = node(source, FIRST), node(source, SECOND)
    return replaced(replaced(source, second, ""), first, second + first)


def uart_last(source):
    """The same devices, the UART behind the controllers, which it is told of by its bus."""
    uart = node(source, "serial@10000000")
    parent = re.search(r"interrupt-parent = <.*>;", uart)[0]
    bus = f"bus {{ compatible = \"simple-bus\"; {parent} ranges;\n"
    bus += "#address-cells = <2>; #size-cells = <2>;\n"
    second = node(source, SECOND)
    changed = replaced(source, uart, "")
    changed = replaced(changed, second, second + bus + replaced(uart, parent, "") + "};\n")
    return changed.replace("/soc/serial@10000000", "/soc/bus/serial@10000000")  # an alias, too


TREES_OF_SOCKETS = {
    "QEMU's": lambda source: source,
    "the second first": second_first,
    "the UART last": uart_last,
    "the second first, the UART last": lambda source: uart_last(second_first(source)),
}


@pytest.mark.parametrize("boot_hart", [0, 1])
@pytest.mark.parametrize("kind", TREES_OF_SOCKETS)
def test_what_is_typed_interrupts_a_hart(
    interact, emulator, without_pings, tmp_path, kind, boot_hart
):
    """Whichever boots: both wait then, and only an interrupt of the UART, whose controller leads to
    the first, can wake one."""
    source = TREES_OF_SOCKETS[kind](dump_sockets(emulator, tmp_path, 2))
    options = two_sockets(2, boot_hart, tmp_path)
    options["extra"] += ("-dtb", str(compile_tree(source, tmp_path)), *without_pings)
    console = interact("test-libc", "input", icount=False, **options)
    console.expect_exact(f", hart {boot_hart} of 2, ")
    console.expect_exact("test-libc: line 1? ")
    console.send("typed\r")
    console.expect_exact('test-libc: got "typed"')
    console.expect_exact("test-libc: line 2? ")
    console.send("\x04")
    console.expect_exact("test-libc: 1 lines, and a character? ")
    console.send("x\r")
    console.expect_exact("test-libc: ok")
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 0


@pytest.mark.parametrize("boot_hart", range(4))
def test_the_first_hart_of_the_controller_does_not_run(boot_tree, emulator, tmp_path, boot_hart):
    """It is left out, and the next one takes its interrupts."""
    source = dump_sockets(emulator, tmp_path, 4)
    lacking = node(source, "cpu@0" if boot_hart != 0 else "cpu@1")
    changed = re.sub(r"riscv,isa-extensions = .*;", "", lacking)
    changed = re.sub(r'riscv,isa = ".*";', 'riscv,isa = "rv64imac";', changed)
    options = two_sockets(4, boot_hart, tmp_path)
    outcome = boot_tree(
        replaced(source, lacking, changed), "test-many", last="test-many: ok", **options
    )
    assert f", hart {boot_hart} of 3, " in outcome.output
    assert NO_INTERRUPTS not in outcome.output


@pytest.mark.parametrize("boot_hart", [0, 1])
def test_no_hart_of_the_controller_runs(boot, tmp_path, boot_hart):
    """With one hart, and that in the other socket, the kernel says why there is no console."""
    options = two_sockets(2, boot_hart, tmp_path) | {"append": "smp=1"}
    if boot_hart == 0:
        outcome = boot("test-args", last="test-args: ok", **options)
        assert NO_INTERRUPTS not in outcome.output
        return
    outcome = boot("test-args", status=127, last=re.compile("trapeze: cannot run 'console': .*"), **options)
    assert NO_INTERRUPTS in outcome.kernel_lines


# ---- Harts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("disabled", [(1,), (0,), (0, 2)], ids=str)
def test_hart_ids_with_holes(boot_tree, emulator, tmp_path, disabled):
    source = dump(emulator, tmp_path, harts=4)
    for hart in disabled:
        text = node(source, f"cpu@{hart}")
        source = replaced(source, text, replaced(text, '"okay"', '"disabled"'))
    outcome = boot_tree(source, "test-many", last="test-many: ok", harts=4)
    hart, count = re.search(r"hart (\d+) of (\d+), ", outcome.output).groups()
    assert int(hart) not in disabled
    assert int(count) == 4 - len(disabled)


def test_any_hart_id(boot_blob, source):
    cpu = node(source, "cpu@0")
    other = cpu.replace("cpu@0", "cpu@7c0de").replace("<0x00>", "<0x7c0de>")
    changed = with_bootargs(replaced(source, cpu, other), "trapeze.run=test-args")
    outcome = boot_blob(changed, registers={A0: 0x7C0DE}, last="test-args: ok")
    assert f"hart {0x7C0DE} of 1, " in outcome.output


def test_a_hart_that_is_not_listed(boot_blob, source):
    outcome = boot_blob(
        source, registers={A0: 5}, status=255, panic=True, last="trapeze: stopped"
    )
    expected = "trapeze: panic: the device tree lists no hart 5 with the D extension (an FPU)"
    assert outcome.kernel_lines[0] == expected


def test_a_hart_without_the_registers_that_programs_need(boot_blob, source):
    changed = re.sub(r"riscv,isa-extensions = .*;", "", source)
    changed = re.sub(r'riscv,isa = ".*";', 'riscv,isa = "rv64imafc_sstc";', changed)
    outcome = boot_blob(changed, status=255, panic=True, last="trapeze: stopped")
    expected = "trapeze: panic: the device tree lists no hart 0 with the D extension (an FPU)"
    assert outcome.kernel_lines[0] == expected


# ---- Trees that only the kernel sees --------------------------------------------------------


@pytest.mark.parametrize("address", [TREE_ADDRESS, TREE_ADDRESS + 1, TREE_ADDRESS + 0xFFC])
def test_a_tree_need_not_be_aligned(boot_blob, source, address):
    changed = with_bootargs(source, "trapeze.run=test-args")
    boot_blob(changed, address=address, last="test-args: ok")


def test_without_a_test_device_the_firmware_powers_off(boot_blob, source):
    """The exit status is lost then."""
    changed = replaced(source, node(source, "test@100000"), "")
    changed = with_bootargs(changed, "trapeze.run='test-exit 7'".replace("'", '\\"'))
    boot_blob(changed, status=0, last=re.compile(r"trapeze: .* hart .*"))


def test_sstc_in_a_list(boot_blob, source):
    """riscv,isa-extensions, as newer machines have it, goes before the string."""
    isa = re.search(r'riscv,isa = "(.*)";', source)[0]
    extensions = '"i", "m", "a", "f", "d", "c", "zicsr", "sstc"'
    both = f'riscv,isa = "rv64imafdc";\nriscv,isa-extensions = {extensions};'
    changed = replaced(re.sub(r"riscv,isa-extensions = .*;", "", source), isa, both)
    changed = with_bootargs(changed, "timer=sstc trapeze.run=test-sleep")
    outcome = boot_blob(changed, last="test-sleep: ok", extra=("-cpu", "rv64,sstc=on"))
    assert ", timer sstc, " in outcome.output


def test_overlapping_memory(boot_blob, source):
    """What two nodes list is memory once."""
    second = 'memory@84000000 { device_type = "memory"; reg = <0 0x84000000 0 0x4000000>; };'
    changed = with_bootargs(add_node(source, second), "trapeze.run=test-memory")
    boot_blob(changed, last="test-memory: ok")


def many_reservations(source):
    ranges = [f"0 {0x81000000 + i * 0x2000:#x} 0 0x1000" for i in range(60)]
    nodes = "".join(f"r@{i} {{ reg = <{range_}>; }};" for i, range_ in enumerate(ranges))
    return add_node(
        source, f"reserved-memory {{ #address-cells = <2>; #size-cells = <2>; ranges; {nodes} }};"
    )


def nested(source):
    return add_node(source, "".join(f"n{i} {{" for i in range(20)) + "};" * 20)


MEMORY_REG = "reg = <0x00 0x80000000 0x00 0x8000000>;"
BAD_TREES = {
    "no timebase": (
        lambda source: replaced(source, "timebase-frequency = <0x989680>;", ""),
        "timebase",
    ),
    "memory beyond the last address": (
        lambda source: replaced(source, MEMORY_REG, "reg = <0xffffffff 0 0xffffffff 0>;"),
        "beyond the last address",
    ),
    "a reg of the wrong size": (
        lambda source: replaced(source, MEMORY_REG, "reg = <0x00 0x80000000 0x00>;"),
        "reg",
    ),
    "cells that nobody can read": (
        lambda source: replaced(
            source, "/ {\n\t#address-cells = <0x02>;", "/ {\n\t#address-cells = <0x03>;"
        ),
        "#address-cells",
    ),
    "many reservations": (many_reservations, "too many ranges"),
    "deeply nested": (nested, "16 deep"),
    "an initrd without an end": (
        lambda source: chosen(source, "linux,initrd-start = <0x84000000>;"),
        "initrd",
    ),
    "an initrd that ends before it begins": (
        lambda source: chosen(
            source, "linux,initrd-start = <0x84000000>; linux,initrd-end = <0x83000000>;"
        ),
        "initrd",
    ),
    "a string without an end": (
        lambda source: replaced(source, 'device_type = "memory";', "device_type = [6d 65];"),
        "NUL",
    ),
}


def finisher_first(source):
    """The same tree, with the test device before everything that can be wrong: so the kernel knows
    of it, and its panic has an exit status."""
    finisher, soc = node(source, "test@100000"), node(source, "soc")
    without = soc.replace(finisher, "")
    opened = "\t\tranges;\n"
    return replaced(
        replaced(source, soc, ""),
        '\tmodel = "riscv-virtio,qemu";\n',
        '\tmodel = "riscv-virtio,qemu";\n' + replaced(without, opened, f"{opened}\n{finisher}"),
    )


@pytest.mark.parametrize("kind", BAD_TREES)
def test_bad_tree(boot_blob, source, kind):
    change, problem = BAD_TREES[kind]
    changed = finisher_first(change(source))
    outcome = boot_blob(changed, status=255, panic=True, last="trapeze: stopped")
    expected = rf"trapeze: panic: device tree: .*{problem}.*, at offset 0x[0-9a-f]+"
    assert re.fullmatch(expected, outcome.kernel_lines[0])


LACKING_TREES = {
    "no memory": ('device_type = "memory";', "this machine has 0 MiB of memory; at least 32 are needed"),
    "no hart": ('device_type = "cpu";', "the device tree lists no hart 0 with the D extension (an FPU)"),
}


@pytest.mark.parametrize("kind", LACKING_TREES)
def test_lacking_tree(boot_blob, source, kind):
    text, problem = LACKING_TREES[kind]
    changed = replaced(source, text, "")
    outcome = boot_blob(changed, status=255, panic=True, last="trapeze: stopped")
    assert outcome.kernel_lines[0] == f"trapeze: panic: {problem}"


# Fields of the header (Devicetree Specification 0.4, 5.2), by their offsets.
MAGIC, TOTAL_SIZE, STRUCTURE, STRINGS, VERSION, LAST_COMPATIBLE, STRINGS_SIZE, STRUCTURE_SIZE = (
    0, 4, 8, 12, 20, 24, 32, 36,
)  # fmt: skip
BAD_HEADERS = [
    (MAGIC, 0xEDFE0DD0, "0xd00dfeed"),
    (TOTAL_SIZE, 39, ""),
    (TOTAL_SIZE, 400, "beyond its end"),
    (TOTAL_SIZE, 0x7FFFFFFF, ""),
    (STRUCTURE, 0xFFFFFFF0, "beyond its end"),
    (STRUCTURE, 42, ""),
    (STRINGS, 0x80000000, "beyond its end"),
    (VERSION, 16, "version 17"),
    (LAST_COMPATIBLE, 18, "version 17"),
    (STRINGS_SIZE, 1000000, "beyond its end"),
    (STRINGS_SIZE, 5, ""),
    (STRUCTURE_SIZE, 0, "end"),
    (STRUCTURE_SIZE, 64, ""),
    (STRUCTURE_SIZE, 0xFFFFFFFC, "beyond its end"),
]


@pytest.mark.parametrize(("offset", "value", "problem"), BAD_HEADERS)
def test_bad_header(boot_blob, source, tmp_path, offset, value, problem):
    """The kernel panics over the firmware's console, and lets the firmware power off."""
    blob = bytearray(compile_tree(source, tmp_path).read_bytes())
    blob[offset : offset + 4] = value.to_bytes(4, "big")
    outcome = boot_blob(bytes(blob), status=0, panic=True, last="trapeze: stopped")
    expected = rf"trapeze: panic: device tree: .*{problem}.*, at offset 0x[0-9a-f]+"
    assert re.fullmatch(expected, outcome.kernel_lines[0])


@pytest.mark.parametrize("rest", [b"\x00", b"\xff"], ids=["zeros", "ones"])
@pytest.mark.parametrize("part", [0.02, 0.1, 0.5])
def test_cut_off(boot_blob, source, tmp_path, part, rest):
    """The header is as it was, but what follows ends early."""
    blob = compile_tree(source, tmp_path).read_bytes()
    length = int(len(blob) * part)
    changed = blob[:length] + rest * (len(blob) - length)
    outcome = boot_blob(changed, status=0, panic=True, last="trapeze: stopped")
    assert outcome.kernel_lines[0].startswith("trapeze: panic: device tree: ")


@pytest.mark.parametrize(
    ("pointer", "problem"),
    [
        (0, ".*"),  # there is nothing: the panic tells the access fault
        (0x1000, "device tree: .*0xd00dfeed.*"),  # the machine's reset vector
        (1 << 40, "the firmware's device tree, at 0x10000000000, is beyond the direct map"),
        ((1 << 64) - 8, "the firmware's device tree, at 0xfffffffffffffff8, .*"),
    ],
)
def test_no_tree_there(boot_blob, pointer, problem):
    options = {"registers": {A1: pointer}, "panic": True, "last": "trapeze: stopped"}
    outcome = boot_blob(b"", status=0, **options)
    assert re.fullmatch(rf"trapeze: panic: {problem}", outcome.kernel_lines[0])
