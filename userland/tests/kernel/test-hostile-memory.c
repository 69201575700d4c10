/* SPDX-License-Identifier: MIT
 *
 * What a hostile process tries with memory, and the exact error that it gets for it.
 */
#include "actors.h"

#define PROGRAM "test-hostile-memory"
#define INDEX_BITS 17 /* of a mapping */

static uint64_t memory;

static long nobody(struct actor *actor) { return (long)actor->step; }

/* Leaves a mapping of two pages, whose number it returns. */
static uint64_t test_overlaps(void)
{
    extern const char etext[];
    const uint64_t here = 0x70000000;
    const uint64_t own_code = (uint64_t)etext & ~(PAGE_BYTES - 1);

    SAY("mapping over itself: E_OVERLAP");
    CHECK_EQUAL(sys_memory_map(memory, 0, own_code, 0, 1, RIGHT_READ), E_OVERLAP);
    CHECK_EQUAL(sys_memory_map(memory, 0, STAGE_ADDRESS - PAGE_BYTES, 0, 2, RIGHT_READ),
                E_OVERLAP);
    const uint64_t mapping = must(sys_memory_map(memory, 0, here, 0, 2, RIGHT_READ));
    CHECK_EQUAL(sys_memory_map(memory, 0, here + PAGE_BYTES, 0, 2, RIGHT_READ),
                E_OVERLAP);
    CHECK_EQUAL(sys_memory_map(memory, 0, here - PAGE_BYTES, 0, 2, RIGHT_READ),
                E_OVERLAP);
    return mapping;
}

static void test_ranges(void)
{
    SAY("the kernel's half, page 0, lengths that wrap around: E_INVALID");
    static const struct {
        uint64_t address, first, count;
    } wrong[] = {
        {0xffffffc000000000, 0, 1},
        {0xfffffffffffff000, 0, 1},
        {0xffffffff80000000, 0, 1},
        {USER_TOP, 0, 1},
        {USER_TOP - PAGE_BYTES, 0, 2},
        {0, 0, 1},
        {0x71000001, 0, 1},
        {0x71000000, 0, 0},
        {0x71000000, 4, 1},
        {0x71000000, 3, 2},
        {0x71000000, UINT64_MAX, 2},
        {0x71000000, 1, UINT64_MAX},
        {0x71000000, 0, 1UL << 52},
        {0x71000000, 1UL << 32, 1},
        {0x71000000, 0, 5},
        {0x71000000, 0, MAP_PAGES_MAX + 1},
        {1UL << 38, 0, 1},
        {1UL << 39, 0, 1},
        {1UL << 63, 0, 1},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (!CHECK_EQUAL(sys_memory_map(memory, 0, wrong[i].address, wrong[i].first,
                                        wrong[i].count, RIGHT_READ),
                         E_INVALID))
            printf("    address 0x%lx, first %lu, count %lu\n",
                   (unsigned long)wrong[i].address, (unsigned long)wrong[i].first,
                   (unsigned long)wrong[i].count);
    }
    static const uint64_t counts[] = {
        0, MEMORY_PAGES_MAX + 1, UINT64_MAX, 1UL << 52, 1UL << 63, 1UL << 32};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        CHECK_EQUAL(sys_memory_create(counts[i], 0), E_INVALID);
    CHECK_EQUAL(sys_memory_create(1, 2), E_INVALID);
    CHECK_EQUAL(sys_memory_physical(memory, 4), E_INVALID);
    CHECK_EQUAL(sys_memory_physical(memory, UINT64_MAX), E_INVALID);
}

static void test_rights(uint64_t mapping)
{
    SAY("writable and executable, rights of another kind: E_INVALID");
    static const uint64_t rights[] = {0,
                                      RIGHT_WRITE | RIGHT_EXECUTE,
                                      RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE,
                                      RIGHT_READ | RIGHT_PHYSICAL,
                                      RIGHTS_ALL,
                                      UINT64_MAX,
                                      1UL << 63 | RIGHT_READ};
    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        CHECK_EQUAL(sys_memory_map(memory, 0, 0x71000000, 0, 1, rights[i]), E_INVALID);
        CHECK_EQUAL(sys_memory_protect(0, mapping, rights[i]), E_INVALID);
    }
    CHECK_EQUAL(sys_memory_unmap(0, mapping + 1), E_INVALID);
    CHECK_EQUAL(sys_memory_unmap(0, mapping + (1UL << INDEX_BITS)), E_INVALID);
    CHECK_EQUAL(sys_memory_unmap(0, UINT64_MAX), E_INVALID);
    CHECK_EQUAL(sys_memory_unmap(0, 0), E_INVALID);
    CHECK_EQUAL(sys_memory_unmap(0, mapping), 0);
    CHECK_EQUAL(sys_memory_unmap(0, mapping), E_INVALID);
    CHECK_EQUAL(sys_memory_protect(0, mapping, RIGHT_READ), E_INVALID);
}

/* The mapping of another process is no mapping of this one. */
static void test_foreign_mapping(void)
{
    SAY("unmapping what is another process's: E_INVALID");
    struct actor *victim = actor_make(nobody, &(struct actor_options){.stopped = true});
    const uint64_t mapping =
        must(sys_memory_map(memory, victim->process, 0x70000000, 0, 1, RIGHT_READ));
    CHECK_EQUAL(sys_memory_unmap(0, mapping), E_INVALID);
    CHECK_EQUAL(sys_memory_protect(0, mapping, RIGHT_READ), E_INVALID);
    CHECK_EQUAL(sys_memory_unmap(victim->process, mapping), 0);
    actor_kill(victim);
}

int main(void)
{
    actors_begin();
    memory = must(sys_memory_create(4, 0));
    SAY("balance");
    /* So that the pages for tables that stay are there. */
    sys_memory_unmap(
        0, must(sys_memory_map(memory, 0, 0x70000000 - PAGE_BYTES, 0, 2, RIGHT_READ)));
    const struct balance before = balance_now();
    const uint64_t mapping = test_overlaps();
    test_ranges();
    test_rights(mapping);
    test_foreign_mapping();
    balance_check(&before);
    return finish(PROGRAM);
}
