/* SPDX-License-Identifier: MIT
 *
 * The shell's keyboard: bytes as they are typed while it edits a line, and who has it
 * otherwise.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The shell has the keyboard, byte by byte. */
void terminal_take(void);

/* The next byte that is typed, -1 if there is no console any more. */
int terminal_read(void);

/* The process with this number has the keyboard, and ^C signals the handle. Safe to
 * repeat, and has to be repeated, since a console that was started again has forgotten
 * the handle. */
void terminal_give(uint64_t process, uint64_t interrupt);

/* A child has ended: what it wrote last, without a newline, is shown. */
void terminal_forget(uint64_t process);

/* The console as children get it: with a badge that is not the shell's. */
uint64_t terminal_for_children(void);
