# SPDX-License-Identifier: MIT
"""What the scripts and the tests share: finding the tools, building, running QEMU, diagnosing.

Layers, lower ones first: errors, paths, cli; versions; qemu (which command), qmp, emulator (one
process), watch (what its silence means); build; then one module for each script.
"""
