# SPDX-License-Identifier: MIT
"""Address-space identifiers: processes stay apart with any number of them, and the hart forgets
translations when it has to, and only then.

QEMU's own TLB is flushed whenever satp changes, so a missing fence would not show in what programs
read. It shows here: QEMU tells each fence, and satp at each return to user mode, and between two
fences no ASID may stand for two page tables.
"""

import pytest

ALL_BITS = 16  # what QEMU's harts have
BITS = (0, 1, 2, 16)

SFENCE_VMA = 0x12000073  # Privileged 1.12, 4.2.1: rs1 in bits 15 to 19, rs2 in 20 to 24
SFENCE_VMA_MASK = 0xFE007FFF
SRET = 0x10200073


def asid(satp):
    return satp >> 44 & 0xFFFF


def root(satp):
    return satp & (1 << 44) - 1


def fences(image):
    """The addresses of the fences: for all translations, and for all of an address space's."""
    found = [
        (address, bits >> 15 & 31, bits >> 20 & 31)
        for address, bits in image.instructions()
        if bits & SFENCE_VMA_MASK == SFENCE_VMA
    ]
    everything = {address for address, rs1, rs2 in found if rs1 == 0 and rs2 == 0}
    one_space = {address for address, rs1, rs2 in found if rs1 == 0 and rs2 != 0}
    assert everything and one_space
    return everything, one_space


@pytest.mark.parametrize("program", ["test-asid", "test-fpu", "test-registers"])
@pytest.mark.parametrize("bits", BITS)
def test_processes_stay_apart(boot, bits, program):
    """40 address spaces at a time in test-asid, and 120 all in all: with 0, 1 and 2 bits all of them
    share ASID 0."""
    outcome = boot(program, last=f"{program}: ok", append=f"asidbits={bits} slice=1ms")
    if program == "test-asid":
        assert f"test-asid: 40 address spaces, {bits} bits of ASID" in outcome.lines


def test_more_processes_than_asids(boot):
    boot("test-spaces", "800", last="test-spaces: ok", append="asidbits=8")


# Processes that yield to each other, and how often all of them together fence in a round: all
# translations, one address space's.
COSTS = [
    (16, 2, (0, 0)),
    (16, 50, (0, 0)),
    (2, 3, (0, 3)),  # three ASIDs, which init and its servers have
    (1, 1, (0, 0)),
    (1, 2, (0, 2)),
    (0, 2, (0, 2)),
    (0, 5, (0, 5)),
]


@pytest.mark.parametrize(("bits", "processes", "expected"), COSTS)
def test_a_switch_fences_only_if_it_must(visits, image, bits, processes, expected):
    everything, one_space = fences(image)
    counts = []
    for rounds in (20, 60):
        found = visits(
            everything | one_space,
            *("test-switch", "none", str(processes), str(rounds)),
            last="test-switch: ok",
            append=f"asidbits={bits} preempt=off",
        )
        addresses = [visit.address for visit in found]
        counts.append([sum(address in kind for address in addresses) for kind in fences(image)])
    assert (counts[1][0] - counts[0][0], counts[1][1] - counts[0][1]) == (
        40 * expected[0],
        40 * expected[1],
    )


@pytest.mark.parametrize("bits", BITS)
def test_no_asid_stands_for_two_page_tables(visits, image, bits):
    everything, one_space = fences(image)
    srets = {address for address, code in image.instructions() if code == SRET}
    found = visits(
        everything | one_space | srets,
        *("test-switch", "none", "6", "12"),
        last="test-switch: ok",
        registers=True,
        append=f"asidbits={bits}",
    )
    cached = {}  # page tables that the hart may have translations of, by ASID
    spaces = set()
    for visit in found:
        satp = visit.registers["satp"]
        if visit.address in srets:
            spaces.add(root(satp))
            assert asid(satp) < 1 << bits
            assert cached.setdefault(asid(satp), root(satp)) == root(satp)
        elif visit.address in everything:
            cached.clear()
        else:
            cached.pop(asid(satp) if bits else 0, None)
    assert len(spaces) >= 6


def test_width_is_the_harts(boot):
    outcome = boot("test-spaces", "1", last="test-spaces: ok")
    assert f"test-spaces: 1 address spaces, {ALL_BITS} bits of ASID" in outcome.lines
