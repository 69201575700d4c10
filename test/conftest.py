# SPDX-License-Identifier: MIT
"""Gives every test here the fixtures of the harness: `boot`, `interact`, `script`, `build`."""

pytest_plugins = ("harness.fixtures",)
