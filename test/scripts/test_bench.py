# SPDX-License-Identifier: MIT
"""scripts/bench: its tables, its gates, its trace, its plots, without a machine that is measured."""

import json
import re

import pytest

from trapeze_tools import bench, trace
from trapeze_tools.benchmark import documents, figures, growth, listing, plot, record, report, worst
from trapeze_tools.benchmark.figures import Figure, Result
from trapeze_tools.errors import ToolError, UsageError
from trapeze_tools.paths import SOURCE

FAST = Figure("fast", "a fast call", budget=100, xv6=1000, linux=2000000, sel4_slow=1500)
SLOW = Figure("slow", "a slow call", budget=100)
FREE = Figure("free", "without a budget")
MANY = Figure("many", "the more the better", unit="processes", least=50)
KNOWN = {figure.name: figure for figure in figures.read_figures()}


def result(figure, value):
    return Result(figure, value, figure.budget if figure.least is None else figure.least)


def test_a_budget_may_be_used_up_but_not_exceeded():
    assert not result(FAST, 100).over
    assert result(FAST, 101).over
    assert not result(FREE, 10**9).over
    assert not result(MANY, 50).over
    assert result(MANY, 49).over


def test_table():
    measured = [result(FAST, 99), result(SLOW, 1234), result(FREE, 7), result(MANY, 49)]
    lines = report.table(measured).splitlines()
    assert lines[0].split() == "instructions here budget xv6 Linux 6.12 seL4 seL4 slow".split()
    assert lines[1].split() == "a fast call 99 100 ok 1,000 2,000,000 - 1,500".split()
    assert lines[2].split() == "a slow call 1,234 100 OVER - - - -".split()
    assert lines[3].split() == "without a budget 7 - - - - -".split()
    assert lines[4].split() == "the more the better (processes) 49 at least 50 UNDER - - - -".split()
    # Numbers are aligned at their last digit.
    assert len({line.index(cell) + len(cell) for line, cell in zip(lines[1:], (" 99", "1,234", " 7"))}) == 1


def test_json():
    text = figures.as_json([result(SLOW, 5), result(FREE, 7), result(MANY, 60)])
    assert json.loads(text) == [
        {"name": "slow", "value": 5, "unit": "instructions", "budget": 100},
        {"name": "free", "value": 7, "unit": "instructions", "budget": None},
        {"name": "many", "value": 60, "unit": "processes", "budget": 50},
    ]


def test_json_is_read_back(tmp_path):
    path = tmp_path / "old.json"
    path.write_text(figures.as_json([result(SLOW, 5), result(FREE, 7)]))
    assert figures.read_json(path) == {"slow": 5, "free": 7}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        ("", "is not JSON"),
        ("[1, 2", "is not JSON"),
        ("[1, 2]", "is not a list of figures"),
        ("7", "is not a list of figures"),
        ('{"name": "x", "value": 1}', "is not a list of figures"),
        ('[{"name": "x"}]', "is not a list of figures"),
        ('[{"name": "x", "value": "1"}]', "is not a list of figures"),
        ('[{"name": 1, "value": 1}]', "is not a list of figures"),
        (b"\xff\xfe\0", "is not JSON"),
    ],
)
def test_bad_files_to_compare_with(tmp_path, content, message):
    path = tmp_path / "old.json"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ToolError, match=re.escape(str(path)) + ".*" + message) as caught:
        figures.read_json(path)
    assert "scripts/bench --json" in caught.value.advice


def test_a_bad_file_is_told_before_anything_is_measured(script, tmp_path):
    answer = script("bench", "--no-build", "--compare", str(tmp_path / "none.json"), timeout=20)
    assert (answer.returncode, answer.stdout) == (125, "")
    assert "none.json cannot be read" in answer.stderr


def test_comparison():
    measured = [result(FAST, 90), result(SLOW, 110), result(FREE, 7), result(MANY, 40)]
    old = {"fast": 100, "slow": 100, "many": 50, "gone": 3}
    lines = report.comparison(measured, old, "old.json").splitlines()
    assert [line.split() for line in lines] == [
        ["was", "is"],
        ["fast", "100", "90", "-10", "-10.0", "%", "better"],
        ["slow", "100", "110", "+10", "+10.0", "%", "worse"],
        ["many", "50", "40", "-10", "-20.0", "%", "worse"],
        "free is new: old.json has none".split(),
    ]
    same = report.comparison(measured[:2], {"fast": 90, "slow": 110, "gone": 3}, "old.json")
    assert same == "All 2 figures that old.json has, too, are the same."


def test_select():
    assert figures.select([FAST, SLOW], []) == [FAST, SLOW]
    assert figures.select([FAST, SLOW, FREE], ["free", "fast"]) == [FAST, FREE]
    with pytest.raises(UsageError, match="there is no figure 'fsat'") as caught:
        figures.select([FAST, SLOW], ["fsat"])
    assert caught.value.advice == "figures: fast slow"


BUDGETS = {
    "process_self": 24,
    "call": 88,
    "reply_recv": 91,
    "call_reply": 179,
    "call_reply_float": 345,
    "yield_alone": 30,
    "yield_switch": 110,
    "signal_nobody": 56,
    "signal_to_running": 125,
    "interrupt_to_driver": 140,
    "fault_round_trip": 225,
    "preemption_sstc": 125,
    "map_page": 160,
    "no_asid_call_reply": 183,
    "no_asid_yield_switch": 112,
    "c_process_self": 110,
    "c_call_reply": 700,
    "c_yield_switch": 260,
    "c_signal_to_running": 350,
    "c_interrupt_to_driver": 400,
    "c_fault_round_trip": 700,
    "c_preemption": 300,
    "c_map_page": 300,
    "spawn_exit_wait": 60_000,
    "boot_handoff": 400_000,
    "interrupts_off": 4_000,
    "text_bytes": 28 * 1024,
    "process_bytes": 24 * 1024,
}


def test_a_missed_budget_is_accepted_up_to_a_value():
    missed = Figure("missed", "a missed budget", budget=100, accepted=110)
    assert not Result(missed, 100, 100).missed
    assert Result(missed, 110, 100).missed and not Result(missed, 110, 100).over
    assert Result(missed, 111, 100).over
    assert "missed" in report.table([Result(missed, 110, 100)])
    assert "OVER" in report.table([Result(missed, 111, 100)])


def test_the_budgets_that_are_kept():
    for name, budget in BUDGETS.items():
        assert KNOWN[name].budget <= budget, name
    assert KNOWN["processes_in_256m"].least == 4096


def test_unknown_figure(script):
    for arguments in (["nothing"], ["--only", "nothing"], ["--trace", "nothing"]):
        answer = script("bench", "--no-build", *arguments)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert "there is no figure 'nothing'" in answer.stderr


def test_list(script):
    answer = script("bench", "--list")
    assert answer.stdout.split() == list(KNOWN)
    assert script("bench", "--list", "--only", "call").stdout == "call\n"


def test_help(script):
    answer = script("bench", "--help")
    assert answer.returncode == 0
    for text in ("exit status:", "files:", "environment:", "examples:", "--trace NAME"):
        assert text in answer.stdout
    for option in re.findall(r"scripts/bench (--[\w-]+)", answer.stdout):
        assert f"\n  {option} " in answer.stdout
    for file in re.findall(r"^  ((?:test|docs)/\S+)", answer.stdout, re.MULTILINE):
        assert (SOURCE / file).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--trace", "call", "--growth"],
        ["--trace", "call", "--json"],
        ["--trace", "call", "yield_alone"],
        ["--worst", "--compare", "x.json"],
        ["--worst", "--json"],
        ["--growth", "--record"],
        ["--growth", "--only", "call"],
        ["--record", "call"],
        ["--plot", "x.png"],
        ["--onyl", "call"],
    ],
)
def test_wrong_usage(script, arguments):
    answer = script("bench", "--no-build", *arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("scripts/bench: ")


def kept(**values):
    return record.Record({"GCC": "12.2.0", "QEMU": "7.2.22"}, values)


def test_record_is_read_back(tmp_path):
    path = tmp_path / "recorded.toml"
    path.write_text(record.text(kept(fast=90, slow=110)))
    assert record.read(path) == kept(fast=90, slow=110)


@pytest.mark.parametrize("content", [None, "", "x = ", "[tools]\n"])
def test_bad_records(tmp_path, content):
    path = tmp_path / "recorded.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ToolError, match="recorded.toml"):
        record.read(path)


def test_what_became_of_the_recorded_figures():
    measured = [result(FAST, 90), result(SLOW, 110), result(FREE, 7), result(MANY, 40)]
    verdict = record.judge(measured, kept(fast=100, slow=100, many=50))
    assert verdict.worse == ["slow 110, was 100", "many 40, was 50"]
    assert verdict.better == ["fast 90, was 100"]
    assert verdict.missing == ["free"]
    assert "WORSE than recorded: slow 110, was 100" in verdict.lines
    assert verdict.lines[-1] == "scripts/bench --record writes them down"
    assert record.judge(measured[:1], kept(fast=90)).lines == []


class Measured:
    """A bench that has measured already."""

    class qemu:
        version = (7, 2, 22)

    firmware = "1.1"


@pytest.mark.parametrize(
    ("gcc", "bad", "words"),
    [("12.2.0", True, ["WORSE than recorded"]), ("14.2.0", False, ["GCC 14.2.0 instead of 12.2.0"])],
)
def test_a_record_holds_for_its_tools(monkeypatch, tmp_path, gcc, bad, words):
    tools = {"GCC": gcc, "QEMU": "7.2.22"}
    monkeypatch.setattr(record, "tools_here", lambda *_: tools)
    path = tmp_path / "recorded.toml"
    path.write_text(record.text(kept(slow=100)))
    read = record.read
    monkeypatch.setattr(record, "read", lambda: read(path))
    notes = []
    assert bench.worse(Measured, [result(SLOW, 110)], notes) == bad
    assert all(word in " ".join(notes) for word in words)


def test_the_tools_here(emulator):
    tools = record.tools_here(emulator.version, "1.1")
    assert tools.keys() == record.read().tools.keys()
    assert all(re.fullmatch(r"[\d.]+", version) for version in tools.values())


def test_plots_are_the_same_each_time(tmp_path):
    measured = [result(KNOWN[name], 100 + i) for i, name in enumerate(("process_self", "call"))]
    points = [growth.Point("handles", n, "call", 90) for n in (10, 100)]
    files = [tmp_path / f"{i}.svg" for i in range(4)]
    for path in files[:2]:
        plot.figures(measured, path)
    for path in files[2:]:
        plot.growth(points, path)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[2].read_bytes() == files[3].read_bytes()
    assert plot.described(files[0]) == {"process_self": 100, "call": 101}
    assert plot.described(files[2]) == [["handles", 10, "call", 90], ["handles", 100, "call", 90]]
    text = files[0].read_text()
    assert "system call round trip" in text and "1,124" in text and "<dc:date>" not in text


def test_nothing_to_plot(tmp_path):
    with pytest.raises(ToolError, match="no figure to plot"):
        plot.figures([result(FREE, 7)], tmp_path / "x.svg")


def test_the_documentation_is_of_the_recorded_figures():
    """Tables and plot: scripts/bench --record makes them."""
    recorded = record.read().figures
    drawn = plot.described(documents.PLOT)
    assert drawn == {name: recorded[name] for name in drawn} and "call" in drawn
    results = documents.results(list(KNOWN.values()), recorded)
    for path in documents.DOCUMENTS:
        text = path.read_text()
        assert "<!-- table: " in text and documents.updated(text, results) == text, path


def test_tables_of_the_documentation():
    measured = [result(FAST, 99), result(SLOW, 123), result(FREE, 7), result(MANY, 49)]
    assert documents.figures_table(measured).splitlines() == [
        "| figure | name | instructions | budget |",
        "| --- | --- | ---: | ---: |",
        "| a fast call | `fast` | 99 | 100 |",
        "| a slow call | `slow` | 123 | 100, missed |",
        "| without a budget | `free` | 7 | – |",
        "| the more the better | `many` | 49 processes | at least 50, missed |",
    ]
    assert documents.peers_table(measured).splitlines()[2:] == [
        "| a fast call | 99 | 100 | (1,500) | 2,000,000 | 1,000 |"
    ]


def test_growth_tables():
    points = [growth.Point("handles", n, "call", 90 + n) for n in (10, 100)]
    points += [growth.Point("ready", 2, "yield", 1234)]
    lines = [line.split() for line in growth.tables(points).splitlines()]
    assert lines[0] == ["handles", "10", "100"]
    assert lines[1] == ["call", "100", "190"]
    assert lines[3:] == [["ready", "processes", "2"], ["yield", "1,234"]]


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


def test_stretches_end_with_the_return_and_where_interrupts_are_let_in():
    wait, leave = KERNEL + 8, KERNEL + 16
    addresses = [KERNEL, wait, KERNEL, leave]  # the boot
    addresses += [KERNEL, KERNEL + 4, leave, KERNEL, wait, KERNEL + 12, leave, KERNEL]
    found = trace.stretches(addresses, frozenset([wait]), frozenset([leave]))
    assert [one.addresses for one in found] == [
        [KERNEL, KERNEL + 4, leave],
        [KERNEL, wait],
        [KERNEL + 12, leave],
    ]


def test_windows_begin_where_the_kernel_follows():
    begins, ends = range(0x100, 0x108), range(0x200, 0x201)
    addresses = [0x100, 0x104, KERNEL, 0x300, 0x200, 0x100, 0x200, 0x104, KERNEL, KERNEL + 4, 0x200]
    assert list(listing.windows(addresses, begins, ends)) == [
        [0x104, KERNEL, 0x300],
        [0x104, KERNEL, KERNEL + 4],
    ]


def place(*functions, label="f", file="src/object/x.c", line="1"):
    return listing.Place(functions, label, file, line)


def assembly(text, label="f"):
    """The place of the last line of a text in the fast path's file that begins so."""
    file = "src/trap/fast_path.S"
    lines = (SOURCE / file).read_text().splitlines()
    (*_, line) = (i for i, one in enumerate(lines, start=1) if one.strip().startswith(text))
    return place("f", label=label, file=file, line=str(line))


@pytest.mark.parametrize(
    ("where", "phase"),
    [
        (place("handle_lookup", "endpoint_call"), "lookup"),
        (place("list_remove", "endpoint_call", file="src/base/list.h"), "transfer"),
        (place("anything", file="src/sched/sched.c"), "switch"),
        (place("trap_entry", label="trap_return"), "exit"),
        (assembly("csrrw sp, sscratch, sp", "step_over"), "exit"),
        (assembly("save_survivors"), "entry"),
        (assembly("lock give_up_contended"), "lookup"),
        (assembly("ld s4, ENDPOINT_WAITING(s2)"), "lookup"),
        (assembly("sd sp, ENDPOINT_WAITING(s2)"), "transfer"),
        (assembly("change_space"), "switch"),
        (assembly("resume_receiver"), "exit"),
        (assembly("li a6, 0"), "exit"),
        (place("nobody", file="elsewhere.c"), "other"),
    ],
)
def test_phases(where, phase):
    assert listing.phase_of(where) == phase


def test_path_of_a_stretch():
    class Symbols:
        function_at = staticmethod(lambda pc: "abc"[pc % 3])

    stretch = trace.Stretch([1, 0, 1, 1, 2])
    assert worst.path(stretch, Symbols) == "b 3 > a 1 > c 1"
    assert worst.path(stretch, Symbols, most=1) == "b 3 > ..."
