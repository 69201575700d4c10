/* SPDX-License-Identifier: MIT
 *
 * The arguments that the manifest gives a program, with what init knows in the place of
 * words that hold a `$`:
 *
 *   ...$uart.offset, $uart.reg-shift, $uart.reg-io-width    numbers
 *   ...$badge.SECTION                                       a number
 *   $policy       an argument register=BADGE:NAME or lookup=BADGE:NAME for each name
 * that a section may register or look up; NAME is `*` for all
 */
#pragma once

#include "boot_line.h"
#include "boot_tree.h"
#include "manifest.h"

/* NULL, or what is wrong. */
const char *arguments_make(const struct manifest *manifest,
                           const struct manifest_section *section,
                           const struct boot_uart *uart,
                           struct boot_arguments *arguments);
