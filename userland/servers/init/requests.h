/* SPDX-License-Identifier: MIT
 *
 * What init does for programs: trapeze/init_protocol.h, for those whom the manifest
 * allows it.
 */
#pragma once

#include <trapeze.h>

/* Answers a message of a client. */
void requests_answer(const struct trapeze_message *message);
