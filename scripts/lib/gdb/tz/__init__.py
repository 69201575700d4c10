# SPDX-License-Identifier: MIT
"""GDB commands that know Trapeze.

Layers, lower ones first: definitions (the source's lists), csr and paging (the architecture, pure),
machine (registers and memory of the halted machine), kernel (its structures, through debug
information), programs (their symbols), breakpoints, place (where the hart is), commands.
"""
