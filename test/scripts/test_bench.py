# SPDX-License-Identifier: MIT
"""scripts/bench: its table, its budgets, its trace, without a machine that is measured."""

import json

import pytest

from trapeze_tools import trace
from trapeze_tools.bench import Figure, Result, as_json, read_figures, select, table
from trapeze_tools.errors import UsageError
from trapeze_tools.qemu import Machine

FAST = Figure("fast", "a fast call", budget=100, xv6=1000, linux=2000000, sel4_slow=1500)
SLOW = Figure("slow", "a slow call", budget=100)
FREE = Figure("free", "without a budget")


def result(figure, value):
    return Result(figure, value, "instructions", figure.budget)


def test_a_budget_may_be_used_up_but_not_exceeded():
    assert not result(FAST, 100).over
    assert result(FAST, 101).over
    assert not result(FREE, 10**9).over


def test_table():
    lines = table([result(FAST, 99), result(SLOW, 1234), result(FREE, 7)]).splitlines()
    assert lines[0].split() == "instructions here budget xv6 Linux 6.12 seL4 seL4 slow".split()
    assert lines[1].split() == "a fast call 99 100 ok 1,000 2,000,000 - 1,500".split()
    assert lines[2].split() == "a slow call 1,234 100 OVER - - - -".split()
    assert lines[3].split() == "without a budget 7 - - - - -".split()
    # Numbers are aligned at their last digit.
    assert len({line.index(cell) + len(cell) for line, cell in zip(lines[1:], (" 99", "1,234", " 7"))}) == 1


def test_json():
    assert json.loads(as_json([result(SLOW, 5), result(FREE, 7)])) == [
        {"name": "slow", "value": 5, "unit": "instructions", "budget": 100},
        {"name": "free", "value": 7, "unit": "instructions", "budget": None},
    ]


def test_select():
    assert select([FAST, SLOW], []) == [FAST, SLOW]
    assert select([FAST, SLOW, FREE], ["free", "fast"]) == [FAST, FREE]
    with pytest.raises(UsageError, match="there is no figure 'fsat'") as caught:
        select([FAST, SLOW], ["fsat"])
    assert caught.value.advice == "figures: fast slow"


def test_the_budgets_that_are_kept():
    budgets = {figure.name: figure.budget for figure in read_figures()}
    assert budgets["syscall_process_self"] <= 110
    assert budgets["yield_switch"] <= 280  # the aim is 260
    assert budgets["preemption_sstc"] <= 390  # 300
    assert budgets["call_reply"] <= 700
    assert budgets["signal_to_running"] <= 350
    assert budgets["fault_round_trip"] <= 700
    assert budgets["interrupt_to_driver"] <= 400
    assert budgets["map_page"] <= 300
    assert budgets["spawn_exit_wait"] <= 60_000
    assert budgets["boot_handoff"] <= 400_000


def test_unknown_figure(script):
    answer = script("bench", "--no-build", "nothing")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "there is no figure 'nothing'" in answer.stderr


def test_list(script):
    answer = script("bench", "--list")
    assert answer.stdout.split() == [figure.name for figure in read_figures()]


KERNEL = 0xFFFFFFFF80000000
LOG = b"""\
Trace 0: 0x7f0000000100 [0000000000000000/0000000000100000/00209000/ff020201] main
Trace 0: 0x7f0000000240 [0000000000000000/ffffffff80000000/00209001/ff020201] trap_entry
cpu_io_recompile: rewound execution of TB to ffffffff80000000
Trace 0: 0x7f0000000240 [0000000000000000/ffffffff80000000/00209001/ff038201] trap_entry
Trace 0: 0x7f0000000380 [0000000000000000/ffffffff80000004/00209001/ff020201] trap_entry
Trace 0: 0x7f0000000100 [0000000000000000/0000000000100004/00209000/ff020201] main
Stopped execution of TB chain before 0x7f0000000100 [0000000000100004] main
Trace 0: 0x7f0000000240 [0000000000000000/ffffffff80000000/00209001/ff020201] trap_entry
Trace 0: 0x7f0000000100 [0000000000000000/0000000000100004/00209000/ff020201] main
"""


@pytest.mark.parametrize("size", [1, 30, 100_000])
def test_log_without_what_was_taken_back(size):
    pieces = iter([LOG[start : start + size] for start in range(0, len(LOG), size)] + [b""])
    assert list(trace._addresses(lambda _: next(pieces))) == [
        0x100000,
        KERNEL,
        KERNEL + 4,
        KERNEL,
        0x100004,
    ]


def test_stretches_end_at_user_instructions_and_where_interrupts_are_let_in():
    wait = KERNEL + 8
    addresses = [KERNEL, KERNEL + 4, 0x100000, KERNEL, KERNEL + 4, 0x100004, 0x100008]
    addresses += [KERNEL, wait, KERNEL + 12, 0x10000C, KERNEL]
    found = [one.addresses for one in trace.stretches(addresses, frozenset([wait]))]
    assert found == [[KERNEL, KERNEL + 4], [KERNEL, wait], [KERNEL + 12]]


def test_trace_and_instret_agree(script, build, emulator):
    """A system call's kernel instructions, by QEMU's log and by the program's own reading."""
    machine = Machine(build.kernel, icount=True, append='trapeze.run="restricted"')
    symbols = trace.Symbols(build.kernel)
    calls = {
        len(stretch)
        for stretch in trace.stretches(trace.executed(emulator, machine), symbols.lets_in)
        if "direct_process_self" in stretch.functions(symbols)
    }
    answer = script("bench", "--no-build", "--json", "syscall_process_self")
    (figure,) = json.loads(answer.stdout)
    # The ecall itself is not the kernel's.
    assert calls == {figure["value"] - 1}
