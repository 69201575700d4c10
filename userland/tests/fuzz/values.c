/* SPDX-License-Identifier: MIT
 *
 * Random registers. Half of the calls are plausible: each argument is of the kind that
 * the call takes. A quarter has one argument that is not, and a quarter is anything at
 * all.
 */
#include "fuzz.h"

#define POOL_VALUES 8
#define ARGUMENTS 7 /* a0 to a6 */
#define DEADLINE_TICKS 200

/* Kinds of arguments, after the pools. */
enum kind {
    SELF_OR_PROCESS = POOL_END,
    MOSTLY_SELF,
    SOURCE, /* an endpoint, or 0 for none */
    ANY_HANDLE,
    RIGHTS,
    ACCESS,
    BADGE,
    PAGES,
    PAGE,
    ADDRESS,
    BIT,
    BUDGET,
    SLOTS,
    PRIORITY,
    HART,
    WORD,
    CODE,
    GROUP,
    INSPECTION,
    INTERRUPT,
    DEVICE,
    MICROSECONDS,
    PERIOD,
    LENGTH,
    SILENT, /* text that begins with its end, since somebody shows it */
    ITEM,
    LABEL,
    ZERO,
    KINDS,
};

static const uint8_t recipes[SYSCALL_END][ARGUMENTS] = {
    [SYS_call] = {POOL_ENDPOINT, LABEL, WORD, WORD, WORD, WORD, WORD},
    [SYS_reply_recv] = {POOL_ENDPOINT, LABEL, WORD, WORD, WORD, WORD, POOL_TOKEN},
    [SYS_send] = {POOL_ENDPOINT, LABEL, WORD, WORD, WORD, WORD, WORD},
    [SYS_recv] = {SOURCE, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_reply] = {ZERO, LABEL, WORD, WORD, WORD, WORD, POOL_TOKEN},
    [SYS_signal] = {POOL_ENDPOINT, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_process_self] = {WORD, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_yield] = {WORD, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_process_exit] = {WORD, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_kernel_info] = {ITEM, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_handle_duplicate] = {ANY_HANDLE, RIGHTS, BADGE, WORD, WORD, WORD, WORD},
    [SYS_handle_close] = {ANY_HANDLE, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_handle_inspect] = {ANY_HANDLE, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_object_destroy] = {ANY_HANDLE, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_endpoint_create] = {WORD, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_memory_create] = {PAGES, BIT, WORD, WORD, WORD, WORD, WORD},
    [SYS_memory_map] = {POOL_MEMORY, MOSTLY_SELF, ADDRESS, PAGE, PAGES, ACCESS, WORD},
    [SYS_memory_unmap] = {MOSTLY_SELF, POOL_MAPPING, WORD, WORD, WORD, WORD, WORD},
    [SYS_memory_protect] = {MOSTLY_SELF, POOL_MAPPING, ACCESS, WORD, WORD, WORD, WORD},
    [SYS_memory_physical] = {POOL_MEMORY, PAGE, WORD, WORD, WORD, WORD, WORD},
    [SYS_device_create] = {POOL_MACHINE, DEVICE, PAGES, WORD, WORD, WORD, WORD},
    [SYS_process_create] = {SOURCE, BADGE, BUDGET, SLOTS, PRIORITY, WORD, WORD},
    [SYS_process_give] = {SELF_OR_PROCESS, ANY_HANDLE, WORD, WORD, WORD, WORD, WORD},
    [SYS_process_start] = {POOL_PROCESS, CODE, ADDRESS, ANY_HANDLE, WORD, WORD, WORD},
    [SYS_process_kill] = {POOL_PROCESS, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_process_inspect] = {SELF_OR_PROCESS, INSPECTION, WORD, WORD, WORD, WORD, WORD},
    [SYS_registers_read] = {POOL_PROCESS, GROUP, WORD, WORD, WORD, WORD, WORD},
    [SYS_registers_write] = {POOL_PROCESS, GROUP, CODE, WORD, ANY_HANDLE, WORD, WORD},
    [SYS_process_priority] = {SELF_OR_PROCESS, PRIORITY, WORD, WORD, WORD, WORD, WORD},
    [SYS_process_pin] = {SELF_OR_PROCESS, HART, WORD, WORD, WORD, WORD, WORD},
    [SYS_process_limit] = {SELF_OR_PROCESS, MICROSECONDS, PERIOD, WORD, WORD, WORD,
                           WORD},
    [SYS_irq_create] = {POOL_MACHINE, INTERRUPT, WORD, WORD, WORD, WORD, WORD},
    [SYS_irq_bind] = {POOL_IRQ, POOL_ENDPOINT, WORD, WORD, WORD, WORD, WORD},
    [SYS_irq_ack] = {POOL_IRQ, WORD, WORD, WORD, WORD, WORD, WORD},
    [SYS_machine_off] = {POOL_MACHINE, BIT, WORD, WORD, WORD, WORD, WORD},
    [SYS_log_write] = {POOL_MACHINE, LENGTH, SILENT, WORD, WORD, WORD, WORD},
    [SYS_log_claim] = {POOL_MACHINE, BIT, WORD, WORD, WORD, WORD, WORD},
};

static const uint64_t numbers[] = {
#define SYSCALL(number, name, arity, arguments, summary) (number),
#include <trapeze/syscalls.def>
#undef SYSCALL
};
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static uint64_t pools[POOL_END][POOL_VALUES];
static uint64_t *random_state;

static uint64_t below(uint64_t limit) { return random_below(random_state, limit); }

static bool one_in(uint64_t count) { return random_one_in(random_state, count); }

void values_init(uint64_t *random) { random_state = random; }

void values_add(enum pool pool, uint64_t value)
{
    for (int i = 0; i < POOL_VALUES; i++) {
        if (pools[pool][i] == 0) {
            pools[pool][i] = value;
            return;
        }
    }
    pools[pool][below(POOL_VALUES)] = value;
}

/* A value names nothing any more. */
static void forget(enum pool pool, uint64_t value)
{
    int last = POOL_VALUES - 1;

    while (last >= 0 && pools[pool][last] == 0)
        last--;
    for (int i = 0; i <= last; i++) {
        if (pools[pool][i] != value)
            continue;
        pools[pool][i] = pools[pool][last];
        pools[pool][last--] = 0;
    }
}

/* Now and then it stays, to be tried again. */
static void forget_handle(uint64_t handle)
{
    for (enum pool pool = 0; pool < POOL_MAPPING && random_below(random_state, 4);
         pool++)
        forget(pool, handle);
}

/* Of those that there are. */
static uint64_t from_pool(uint64_t pool)
{
    uint64_t count = 0;

    while (count < POOL_VALUES && pools[pool][count] != 0)
        count++;
    return count == 0 ? 0 : pools[pool][below(count)];
}

/* Numbers at which something may go wrong. */
static uint64_t edge(void)
{
    static const uint64_t edges[] = {
        0,
        1,
        UINT64_MAX,
        INT64_MAX,
        (uint64_t)INT64_MIN,
        UINT32_MAX,
        UINT64_C(1) << 32,
        USER_TOP,
        USER_TOP - PAGE_BYTES,
        USER_BOTTOM,
        UINT64_C(0xffffffc000000000), /* the kernel's half */
        PAGE_BYTES,
        MAP_PAGES_MAX,
        MAP_PAGES_MAX + 1,
        MEMORY_PAGES_MAX,
        MEMORY_PAGES_MAX + 1,
        HANDLES_MAX,
        UINT64_MAX - PAGE_BYTES + 1,
        UINT64_MAX / PAGE_BYTES,
        UINT64_C(1) << 17,
    };
    return edges[below(sizeof(edges) / sizeof(edges[0]))];
}

static uint64_t wild(void)
{
    switch (below(6)) {
    case 0:
        return random_next(random_state);
    case 1:
        return below(64);
    case 2:
        return edge();
    case 3:
        return from_pool(below(POOL_END)) + below(3) - 1;
    case 4:
        return UINT64_C(1) << below(64);
    default:
        return from_pool(below(POOL_END));
    }
}

static uint64_t access_rights(void)
{
    static const uint64_t rights[] = {RIGHT_READ, RIGHT_READ, RIGHT_READ | RIGHT_WRITE,
                                      RIGHT_READ | RIGHT_EXECUTE, RIGHT_WRITE};
    return rights[below(sizeof(rights) / sizeof(rights[0]))];
}

/* Of memory and processes: small ones, and now and then one that is too large. */
static uint64_t pages(uint64_t few)
{
    return one_in(16) ? below(1024) : 1 + below(few);
}

static uint64_t handle_of_any_kind(void) { return from_pool(below(POOL_MAPPING)); }

/* Kinds that are small numbers: from the first, so many. */
static const struct {
    uint32_t first, count;
} ranges[KINDS] = {
    [BIT] = {0, 2},
    [PRIORITY] = {0, 9},
    [HART] = {0, 1},
    [GROUP] = {0, REGISTER_GROUPS},
    [INSPECTION] = {0, 4},
    [INTERRUPT] = {1, 95},
    [LENGTH] = {1, LOG_WRITE_BYTES},
    [ITEM] = {0, INFO_HART_IDS + 2},
    [ZERO] = {0, 1},
};

static uint64_t argument_of(enum kind kind)
{
    if ((uint64_t)kind < POOL_END)
        return from_pool(kind);
    if (ranges[kind].count != 0)
        return ranges[kind].first + below(ranges[kind].count);
    switch (kind) {
    case SELF_OR_PROCESS:
        return one_in(2) ? 0 : from_pool(POOL_PROCESS);
    case MOSTLY_SELF:
        return one_in(4) ? from_pool(POOL_PROCESS) : 0;
    case SOURCE:
        return one_in(8) ? 0 : from_pool(POOL_ENDPOINT);
    case ANY_HANDLE:
        return handle_of_any_kind();
    case RIGHTS:
        return one_in(3)
                   ? 0
                   : random_next(random_state) & random_next(random_state) & RIGHTS_ALL;
    case ACCESS:
        return access_rights();
    case BADGE:
        return one_in(2) ? 0 : 1 + below(255);
    case PAGES:
        return pages(8);
    case PAGE:
        return one_in(2) ? 0 : below(8);
    case ADDRESS:
        return (16 + below(64)) * PAGE_BYTES + (one_in(16) ? USER_TOP / 2 : 0);
    case BUDGET:
        return pages(12) + 2;
    case SLOTS:
        return pages(8) - 1;
    case CODE:
        return PUPPET_BASE + below(PUPPET_BLOCKS) * PUPPET_BLOCK_BYTES;
    case DEVICE:
        return (UINT64_C(0x10000) + below(16)) * PAGE_BYTES;
    case MICROSECONDS:
        return one_in(2) ? 0 : below(2000);
    case PERIOD:
        return one_in(2) ? 0 : below(4000);
    case SILENT:
        return random_next(random_state) << 8;
    case LABEL:
        return one_in(2) ? below(2) : random_next(random_state);
    default:
        return wild();
    }
}

/* Where a deadline is none, nothing may ever come. */
static uint64_t deadline(void)
{
    switch (below(16)) {
    case 0:
        return 0;
    case 1:
        return 1;
    case 2:
        return UINT64_MAX;
    default:
        return trapeze_time() + below(DEADLINE_TICKS);
    }
}

static void choose_plausible(struct trapeze_registers *registers)
{
    uint64_t *arguments = &registers->a0;
    const uint8_t *recipe = recipes[registers->a7];

    for (int i = 0; i < ARGUMENTS; i++)
        arguments[i] = argument_of(recipe[i]);
    registers->t0 = one_in(4) ? handle_of_any_kind() : 0;
    registers->t1 = deadline();
    registers->t2 = below(2);
    if (registers->a7 == SYS_memory_map && one_in(4)) { /* a puppet's code */
        registers->a0 = trapeze_inherited("code");
        registers->a1 = from_pool(POOL_PROCESS);
        registers->a2 = PUPPET_BASE;
        registers->a3 = 0;
        registers->a4 = 1;
        registers->a5 = RIGHT_READ | RIGHT_EXECUTE;
    }
}

void values_choose(struct trapeze_registers *registers)
{
    uint64_t *all = &registers->ra;
    const uint64_t how = below(4);

    for (size_t i = 0; i < sizeof(*registers) / sizeof(all[0]); i++)
        all[i] = wild();
    registers->a7 = numbers[below(NUMBERS)];
    if (registers->a7 == SYS_process_exit && !one_in(8)) /* lives are to be long */
        registers->a7 = SYS_process_create;
    if (how != 0)
        choose_plausible(registers);
    else if (one_in(4))
        registers->a7 = wild();
    if (how == 1)
        (&registers->a0)[below(ARGUMENTS)] = wild();
    if (registers->a7 == SYS_log_write)
        registers->a2 = argument_of(SILENT);
}

static void learn_message(const struct trapeze_registers *before,
                          const struct trapeze_registers *after)
{
    if (after->t0 != 0)
        values_add((enum pool)below(POOL_MAPPING), after->t0);
    if (after->a6 != 0 && before->a7 != SYS_call)
        values_add(POOL_TOKEN, after->a6);
}

void values_learn(const struct trapeze_registers *before,
                  const struct trapeze_registers *after)
{
    if ((int64_t)after->a0 < 0)
        return;
    switch (before->a7) {
    case SYS_call:
    case SYS_recv:
    case SYS_reply_recv:
        learn_message(before, after);
        break;
    case SYS_endpoint_create:
        values_add(POOL_ENDPOINT, after->a0);
        break;
    case SYS_memory_create:
    case SYS_device_create:
        values_add(POOL_MEMORY, after->a0);
        break;
    case SYS_memory_map:
        values_add(POOL_MAPPING, after->a0);
        break;
    case SYS_process_create:
        values_add(POOL_PROCESS, after->a0);
        break;
    case SYS_irq_create:
        values_add(POOL_IRQ, after->a0);
        break;
    case SYS_handle_duplicate:
        if (one_in(2))
            values_add((enum pool)below(POOL_MAPPING), after->a0);
        break;
    case SYS_handle_close:
    case SYS_object_destroy:
    case SYS_process_kill:
        forget_handle(before->a0);
        break;
    case SYS_memory_unmap:
        forget(POOL_MAPPING, before->a1);
        break;
    case SYS_reply:
        forget(POOL_TOKEN, before->a6);
        break;
    default:
        break;
    }
}
