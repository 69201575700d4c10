/* SPDX-License-Identifier: MIT
 *
 * Puppets: processes without a program. Their code is put together here, an instruction
 * at a time (Unprivileged ISA, chapter 24).
 */
#include "fuzz.h"

#define A0 10U
#define A7 17U
#define T1 6U
#define T2 7U
#define ADDI(rd, immediate) \
    ((uint32_t)(immediate) << 20 | (rd) << 7 | 0x13U) /* of x0 */
#define ECALL UINT32_C(0x00000073)
#define EBREAK UINT32_C(0x00100073)

#define PUPPET_PAGES 8
#define PUPPET_SLOTS 8
#define PUPPET_HANDLES 4

static void put_block(uint32_t *block, uint32_t number, bool exits)
{
    *block++ = ADDI(A7, number);
    *block++ = ECALL;
    if (exits) {
        *block++ = ADDI(A7, SYS_process_exit);
        *block++ = ECALL;
    } else {
        *block++ = ADDI(A0, 0);
        *block++ = ADDI(T1, -1);
        *block++ = ADDI(T2, 0);
        *block++ = ADDI(A7, SYS_recv);
        *block++ = ECALL;
    }
    while (((uintptr_t)block & (PUPPET_BLOCK_BYTES - 1)) != 0)
        *block++ = EBREAK;
}

uint64_t puppets_make_code(void)
{
    const long memory = sys_memory_create(1, 0);
    long error = memory;
    char *code =
        memory < 0 ? NULL
                   : trapeze_map((uint64_t)memory, 1, RIGHT_READ | RIGHT_WRITE, &error);

    if (code == NULL)
        fuzz_fail("no memory for code: %s", trapeze_error_name(error));
    for (uint32_t i = 0; i < PUPPET_BLOCKS; i++)
        put_block((uint32_t *)(void *)(code + i * PUPPET_BLOCK_BYTES), i / 2, i % 2);
    trapeze_unmap(code);
    return (uint64_t)memory;
}

uint64_t puppets_start(uint64_t code, uint64_t supervisor, uint64_t *random)
{
    const long made = sys_process_create(supervisor, 0, PUPPET_PAGES, PUPPET_SLOTS,
                                         random_below(random, PRIORITIES / 2),
                                         UINT64_C(0x7465707075));
    const uint64_t process = (uint64_t)made;
    uint64_t handle = 0;

    if (made < 0 || sys_memory_map(code, process, PUPPET_BASE, 0, 1,
                                   RIGHT_READ | RIGHT_EXECUTE) < 0)
        return 0;
    for (int i = 0; i < PUPPET_HANDLES; i++) {
        struct trapeze_registers any = {0};
        values_choose(&any);
        const long given = sys_process_give(process, any.a0);
        if (given > 0)
            handle = (uint64_t)given;
    }
    sys_process_start(
        process, PUPPET_BASE + random_below(random, PUPPET_BLOCKS) * PUPPET_BLOCK_BYTES,
        0, handle, random_next(random), random_below(random, 8));
    return process;
}
