# SPDX-License-Identifier: MIT
"""Starts the script that the first argument names: see launch.sh, which runs this file."""

import importlib
import sys

from trapeze_tools.cli import run_main

run_main(sys.argv[1], importlib.import_module(f"trapeze_tools.{sys.argv[1]}").main)
