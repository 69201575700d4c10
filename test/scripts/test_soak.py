# SPDX-License-Identifier: MIT
"""scripts/soak: what it would run, and how it judges; not the running."""

import pytest
from trapeze_tools.errors import UsageError
from trapeze_tools.soak import KINDS, Run, make_archive, mistake, read_archive, runs, select

FUZZ = KINDS["fuzz"]


def test_each_machine_has_its_own_seed_and_all_of_it_is_done():
    made = list(runs(FUZZ, 2 * FUZZ.chunk + 5, 40))
    assert [(run.seed, run.amount) for run in made] == [
        (40, FUZZ.chunk),
        (41, FUZZ.chunk),
        (42, 5),
    ]
    assert made[2].done == 2 * FUZZ.chunk
    assert made[2].command == ["fuzz", "42", "5"]


def test_one_machine_can_be_run_again():
    first, *_ = runs(FUZZ, FUZZ.amount, 1)
    assert list(runs(FUZZ, first.amount, first.seed)) == [first]


def test_the_amounts_that_are_promised():
    amounts = {kind.name: kind.amount for kind in KINDS.values()}
    assert amounts == {"fuzz": 100_000_000, "servers": 1_000, "deaths": 100_000, "smp": 100_000}


@pytest.mark.parametrize(
    ("status", "output", "problem"),
    [
        (0, "...\nfuzz: ok\n", None),
        (1, "...\nfuzz: ok\n", "exit status 1"),
        (0, "fuzz: ok\nmore\n", "the last line is 'more' instead of 'fuzz: ok'"),
        (0, "", "the last line is '' instead of 'fuzz: ok'"),
        (0, "trapeze: panic: x\nfuzz: ok\n", "the kernel panicked"),
        (255, "trapeze: panic: x\n", "the kernel panicked"),
    ],
)
def test_how_a_machine_is_judged(status, output, problem):
    assert mistake(Run(FUZZ, 1, 100, 0), status, output) == problem


def test_select():
    assert select([]) == list(KINDS.values())
    assert select(["servers"]) == [KINDS["servers"]]
    with pytest.raises(UsageError, match="there is no kind 'fuz'") as caught:
        select(["fuz"])
    assert caught.value.advice == "kinds: fuzz servers deaths smp"


def test_the_archive_differs_in_its_manifest_only(build, tmp_path):
    make_archive(build, tmp_path / "archive.cpio")
    data = (tmp_path / "archive.cpio").read_bytes()
    built = read_archive((build.directory / "archive.cpio").read_bytes())
    made = read_archive(data)
    assert built.keys() == made.keys()
    assert {name for name in built if built[name] != made[name]} == {"manifest"}
    assert made["manifest"][1].startswith(built["manifest"][1])
    assert b"\nrun fuzz\n" in made["manifest"][1]
    # Programs' pages are mapped from the archive, where they begin with a page.
    assert data.find(made["fuzz"][1]) % 4096 == 0


def test_an_amount_takes_one_kind(script):
    result = script("soak", "--amount", "5")
    assert (result.returncode, result.stdout) == (2, "")
    assert "--amount takes one kind" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hours", "0"], "'0' is not a positive number of hours"),
        (["--seed", "x"], "'x' is not a number"),
        (["fuz"], "there is no kind 'fuz'"),
        (["--preset", "host"], "the preset 'host' builds no kernel"),
    ],
)
def test_mistakes(script, arguments, message):
    result = script("soak", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
