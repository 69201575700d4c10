/* SPDX-License-Identifier: MIT
 *
 * What a process may be busy with when it is killed: test-death's actors.
 */
#pragma once

#include "actors.h"

/* handles: an endpoint where nobody receives, one whose server never replies, one whose
 * server echoes, memory of VICTIM_MEMORY_PAGES pages, the code of the test. */
enum { SILENT, MUTE, ECHO, MEMORY, CODE };
#define VICTIM_MEMORY_PAGES 32
#define VICTIM_PAGES 160
#define VICTIM_SLOTS 48

#define VICTIMS(victim)                                                        \
    victim(spins) victim(exits) victim(sends) victim(calls) victim(awaits)     \
        victim(receives) victim(sleeps) victim(faults) victim(maps)            \
            victim(makes_memory) victim(destroys) victim(has_handles)          \
                victim(converses) victim(has_children) victim(has_descendants) \
                    victim(leaves_children) victim(queues_at_own)

#define DECLARE(name) long victim_##name(struct actor *actor);
VICTIMS(DECLARE)
#undef DECLARE

/* Servers for them. */
long server_mute(struct actor *actor);
long server_echo(struct actor *actor);
