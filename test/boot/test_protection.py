# SPDX-License-Identifier: MIT
"""What a process may not do ends it, and it alone, with the cause in its exit status; what is only
odd has its defined result."""

import re

import pytest

# What `restricted` has to try; the causes are scause's (Privileged 1.12, table 4.2).
ILLEGAL_INSTRUCTION, BREAKPOINT = 2, 3
FETCH_PAGE_FAULT, LOAD_PAGE_FAULT, STORE_PAGE_FAULT = 12, 13, 15
INSTRUCTIONS = """zeros ones sret mret wfi sfence_vma read_sstatus write_sstatus clear_sie
    write_stvec read_sscratch write_sepc read_scause read_satp write_satp write_stimecmp
    read_mstatus write_mstatus read_mhartid write_mtvec write_pmpaddr0 write_time
    write_instret""".split()
PLACES = """null unmapped device above_stack above_user below_kernel direct_map kernel_stack
    kernel""".split()
OWN_PAGES = {
    "store_text": STORE_PAGE_FAULT,
    "store_constants": STORE_PAGE_FAULT,
    "jump_constants": FETCH_PAGE_FAULT,
    "jump_data": FETCH_PAGE_FAULT,
    "jump_stack": FETCH_PAGE_FAULT,
    "jump_heap": FETCH_PAGE_FAULT,
    "recursion": STORE_PAGE_FAULT,
}
FORBIDDEN = (
    dict.fromkeys(INSTRUCTIONS, ILLEGAL_INSTRUCTION)
    | {"ebreak": BREAKPOINT}
    | {f"load_{place}": LOAD_PAGE_FAULT for place in PLACES}
    | {f"store_{place}": STORE_PAGE_FAULT for place in PLACES}
    | {f"jump_{place}": FETCH_PAGE_FAULT for place in PLACES}
    | OWN_PAGES
)
SURVIVED = """unknown_call division garbage guessed narrow badge own_kernel urgent sp_null
    sp_kernel""".split()

CAUSES = {
    ILLEGAL_INSTRUCTION: "illegal instruction",
    BREAKPOINT: "breakpoint",
    FETCH_PAGE_FAULT: "instruction page fault",
    LOAD_PAGE_FAULT: "load page fault",
    STORE_PAGE_FAULT: "store page fault",
}

# One of each kind, and what stval has to be where that does not depend on the program's layout.
RUN_BY_INIT = {
    "zeros": None,  # an implementation may give the bits or 0: Privileged 1.12, 4.1.9
    "mret": None,
    "write_satp": None,
    "read_mhartid": None,
    "ebreak": None,
    "load_null": 0,
    "store_device": 0x10000000,
    "load_above_user": 1 << 38,
    "load_kernel": 0xFFFFFFFF80000000,
    "store_direct_map": 0xFFFFFFC081000000,
    "jump_kernel": 0xFFFFFFFF80000000,
    "jump_kernel_stack": 0xFFFFFFF000001000,
    "store_text": None,
    "jump_data": None,
    "jump_stack": None,
    "recursion": None,
}


@pytest.mark.parametrize("preset", ["default", "debug"])
def test_every_attempt_has_its_end(boot, preset):
    count = len(FORBIDDEN) + len(SURVIVED)
    outcome = boot(
        "restricted", last=f"restricted: {count} of {count} as expected", preset=preset
    )
    ends = dict(re.findall(r"^(\w+): .*\n    (.*): as expected$", outcome.output, re.MULTILINE))
    for name, cause in FORBIDDEN.items():
        assert ends.pop(name).startswith(f"was ended: {CAUSES[cause]}, pc 0x"), name
    for name in SURVIVED:
        assert ends.pop(name) == "exited with status 0", name
    assert not ends
    # init says nothing of the end of a process that another one supervises.
    assert len(outcome.kernel_lines) == 1


@pytest.mark.parametrize("name", RUN_BY_INIT)
def test_cause_in_the_machines_status(boot, name):
    cause, value = FORBIDDEN[name], RUN_BY_INIT[name]
    value_pattern = "0x[0-9a-f]+" if value is None else f"{value:#x}"
    line = re.compile(
        rf"trapeze: process \d+ \(restricted\) ended: {CAUSES[cause]}, "
        rf"pc 0x[0-9a-f]+, value {value_pattern}"
    )
    boot("restricted", name, status=128 + cause, last=line)


@pytest.mark.parametrize("name", SURVIVED)
def test_survivor_run_by_init(boot, name):
    boot("restricted", name, last=re.compile("trapeze: .* hart .*"))
