# SPDX-License-Identifier: MIT
"""The floating-point registers: no process ever sees another's, and they are saved only when they
have changed, loaded only when they are used. QEMU counts the saves and the loads."""

import re
from collections import Counter

import pytest

ANYTHING = re.compile(".*")
ROUNDS = (50, 150)  # of yields by each process; what is done once is in both counts

# Who uses the FPU between yields, how many processes, and how often all of them together save and
# load in a round.
COSTS = [
    ("none", 2, (0, 0)),  # nobody ever
    ("once", 2, (0, 0)),  # all have used it, and their registers have not changed since
    ("once", 5, (0, 0)),
    ("one", 2, (1, 0)),  # its registers stay in the FPU while the others run
    ("one", 5, (1, 0)),
    ("all", 2, (2, 2)),
    ("all", 5, (5, 5)),
]


@pytest.mark.parametrize(
    ("user", "processes", "expected"), COSTS, ids=[f"{cost[0]}-{cost[1]}" for cost in COSTS]
)
def test_saves_and_loads(visits, image, user, processes, expected):
    save, load = image.address("fpu_save"), image.address("fpu_load")
    counts = []
    for rounds in ROUNDS:
        command = ("test-switch", user, str(processes), str(rounds))
        found = visits(
            (save, load),
            *command,
            functions=True,
            last="test-switch: ok",
            append="preempt=off",
        )
        counts.append(Counter(visit.address for visit in found))
    more = ROUNDS[1] - ROUNDS[0]
    assert (counts[1][save] - counts[0][save], counts[1][load] - counts[0][load]) == (
        more * expected[0],
        more * expected[1],
    )


def test_a_program_without_floating_point_pays_nothing(visits, image):
    addresses = (image.address("fpu_save"), image.address("fpu_load"))
    assert visits(addresses, "trivial", functions=True, last=ANYTHING) == []


@pytest.mark.parametrize("options", ["", "slice=100us", "slice=1ms timer=sstc", "asidbits=0"])
def test_state_never_leaks(boot, options):
    boot("test-fpu", last="test-fpu: ok", append=options, extra=("-cpu", "rv64,sstc=on"))
