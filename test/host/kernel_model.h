/* SPDX-License-Identifier: MIT
 *
 * As much of a kernel as spawning and waiting take, for test_spawn.c: handles, memory
 * objects with real bytes, processes that get mappings and handles and send their end.
 * Every call that can fail does so on demand.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <trapeze.h>

#define MODEL_MAPPINGS 16
#define MODEL_GIVEN 32
#define MODEL_FIRST_GIVEN 7000 /* number of the first handle in a child's table */

struct model_mapping {
    const uint8_t *bytes;
    uintptr_t address;
    size_t page_count;
    uint64_t rights;
    uint64_t granted; /* rights of the handle that it was made through */
};

struct model_object {
    enum trapeze_object type;
    bool lives;
    bool is_mapped_by_caller; /* for good, as the library's own tables are */
    uint8_t *bytes;           /* memory */
    size_t page_count;

    /* Process. */
    uint64_t supervisor, badge, pages, slots, priority, name;
    bool has_started;
    uintptr_t pc, sp;
    uint64_t word;
    struct model_mapping mappings[MODEL_MAPPINGS];
    size_t mapping_count;
    uint64_t given[MODEL_GIVEN];
    size_t given_count;
};

/* What is left of everything, but for what the library keeps. */
struct model_counts {
    size_t objects, handles, windows;
};

void model_reset(void);
struct model_counts model_counts(void);
struct model_object *model_object(uint64_t handle);

/* The call with this number from now (0: the next) fails with E_NO_MEMORY; negative:
 * none. Whether one has failed since. */
void model_fail_at(long call);
bool model_has_failed(void);

/* A handle to a new endpoint, or to the archive at `bytes`. */
uint64_t model_endpoint(void);
uint64_t model_memory(uint8_t *bytes, size_t page_count);

/* A process ends, or faults and waits for the verdict. */
void model_end(uint64_t process, enum trapeze_end end, uint64_t status);
void model_fault(uint64_t process, uint64_t scause);

/* What the child has at the address; NULL: nothing. */
const uint8_t *model_read(uint64_t process, uintptr_t address,
                          const struct model_mapping **mapping);
