# SPDX-License-Identifier: MIT
"""Random system calls: a million of them where the kernel checks its invariants at every exit of C, so
many that each call has succeeded and each error has been returned, and some without the fast path;
and a run repeats to the digit. scripts/soak makes a hundred million."""

import re

import pytest
from harness.fixtures import select_build
from trapeze_tools.soak import make_archive

CALLS = 1_000_000
C_CALLS = 200_000
FEW_CALLS = 60_000
FLOOR = 1000  # successes of each call in a million
NEVER_SUCCEEDS = {"machine_off"}  # it could once


@pytest.fixture
def fuzz(boot, tmp_path):
    """fuzz(SEED, CALLS): runs it to its end."""

    def start(seed, calls, *, preset="default", **options):
        archive = tmp_path / "archive.cpio"
        make_archive(select_build(preset), archive)
        extra = ("-initrd", str(archive))
        options = {"last": "fuzz: ok", "extra": extra, "timeout": 480.0} | options
        return boot("fuzz", str(seed), str(calls), preset=preset, **options)

    return start


def table(output):
    """Name of each call: how often it succeeded."""
    found = re.findall(r"^  (\w+) +\d+ +(\d+)\b", output, re.MULTILINE)
    return {name: int(successes) for name, successes in found}


@pytest.mark.parametrize(("path", "calls"), [("on", CALLS), ("off", C_CALLS)])
def test_a_million_calls(fuzz, path, calls):
    outcome = fuzz(1, calls, preset="debug", append=f"fastpath={path}")
    successes = table(outcome.output)
    floor = FLOOR * calls // CALLS
    assert len(successes) > 30
    assert {name for name, count in successes.items() if count < floor} == NEVER_SUCCEEDS


def test_a_run_repeats_to_the_digit(fuzz):
    first, second, other = (fuzz(seed, FEW_CALLS).output for seed in (7, 7, 8))
    assert first == second
    assert table(first) != table(other)


def test_a_fuzzer_that_is_not_good_enough_fails(fuzz):
    """Without the machine, some calls cannot succeed: it has to say so."""
    output = fuzz(
        1, FEW_CALLS, extra=(), status=1, last=re.compile(r"fuzz: again with: fuzz 1 \d+")
    ).output
    assert "fuzz: device_create has succeeded too rarely" in output
