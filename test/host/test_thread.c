/* SPDX-License-Identifier: MIT
 *
 * sched/thread.c: every transition between two states, legal or not, and every field
 * that thread_check looks at.
 */
#include "host_test.h"

#include "panics.h"
#include "sched/thread.h"

#define STACK_TOP 0xfffffff000002000UL
#define TRAP_RETURN 0xffffffff80001234UL

/* The diagram of thread.h, written down once more. */
static const struct {
    enum thread_state from;
    enum thread_state to;
} legal[] = {
    {THREAD_STOPPED, THREAD_READY},
    {THREAD_READY, THREAD_RUNNING},
    {THREAD_READY, THREAD_HELD},
    {THREAD_RUNNING, THREAD_READY},
    {THREAD_RUNNING, THREAD_SENDING},
    {THREAD_RUNNING, THREAD_CALLING},
    {THREAD_RUNNING, THREAD_AWAITING_REPLY},
    {THREAD_RUNNING, THREAD_RECEIVING},
    {THREAD_RUNNING, THREAD_FAULTING},
    {THREAD_RUNNING, THREAD_AWAITING_VERDICT},
    {THREAD_RUNNING, THREAD_AWAITING_CHILDREN},
    {THREAD_RUNNING, THREAD_ENDED},
    {THREAD_SENDING, THREAD_READY},
    {THREAD_CALLING, THREAD_READY},
    {THREAD_CALLING, THREAD_AWAITING_REPLY},
    {THREAD_AWAITING_REPLY, THREAD_READY},
    {THREAD_RECEIVING, THREAD_READY},
    {THREAD_FAULTING, THREAD_READY},
    {THREAD_FAULTING, THREAD_AWAITING_VERDICT},
    {THREAD_AWAITING_VERDICT, THREAD_READY},
    {THREAD_AWAITING_CHILDREN, THREAD_READY},
    {THREAD_HELD, THREAD_READY},
};

static bool is_legal(uint32_t from, uint32_t to)
{
    for (size_t i = 0; i < ARRAY_LENGTH(legal); i++) {
        if (legal[i].from == from && legal[i].to == to)
            return true;
    }
    return false;
}

struct transition {
    uint32_t from;
    uint32_t to;
};

static void make_transition(void *argument)
{
    const struct transition *transition = argument;
    struct thread thread = {.state = (enum thread_state)transition->from};
    thread_set_state(&thread, (enum thread_state)transition->to);
    assert_int_equal(thread.state, transition->to);
}

/* To any state, or to THREAD_STATES, which is none. */
static void every_transition(void **state)
{
    (void)state;
    uint32_t legal_count = 0;
    for (uint32_t from = 0; from < THREAD_STATES; from++) {
        for (uint32_t to = 0; to <= THREAD_STATES; to++) {
            struct transition transition = {from, to};
            if (is_legal(from, to)) {
                make_transition(&transition);
                legal_count++;
            } else {
                expect_panic(make_transition, &transition, "state");
            }
        }
    }
    assert_int_equal(legal_count, ARRAY_LENGTH(legal));
}

static void whoever_waits_is_blocked(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < THREAD_STATES; i++) {
        const struct thread thread = {.state = (enum thread_state)i};
        /* What only a wake-up leads out of, to READY, after having run or been held. */
        const bool waits = i != THREAD_RUNNING && is_legal(i, THREAD_READY) &&
                           (is_legal(THREAD_RUNNING, i) || is_legal(THREAD_READY, i));
        assert_int_equal(thread_is_blocked(&thread), waits);
    }
}

static int hart_place; /* stands for a struct hart, which needs the hardware */
static struct address_space space;

static void init(struct thread *thread)
{
    thread_init(thread, (struct hart *)(void *)&hart_place, TRAP_RETURN, STACK_TOP,
                &space);
}

static void a_new_thread_is_at_the_boundary(void **state)
{
    (void)state;
    static const char zeros[sizeof(struct thread)];
    struct thread thread;

    memset(&thread, 0xa5, sizeof thread);
    init(&thread);
    assert_int_equal(thread.state, THREAD_STOPPED);
    assert_int_equal(thread.context.ra, TRAP_RETURN);
    assert_int_equal(thread.context.sp, STACK_TOP);
    assert_int_equal(thread.stack_top, STACK_TOP);
    assert_ptr_equal(thread.hart, &hart_place);
    assert_ptr_equal(thread.space, &space);
    assert_int_equal(thread.flags, 0);
    assert_memory_equal(&thread.trapframe, zeros, sizeof thread.trapframe);
    assert_memory_equal(&thread.fpu, zeros, sizeof thread.fpu);
    assert_null(thread.fpu_hart);
    assert_int_equal(thread.heap_index, 0);
    assert_int_equal(thread.limit.ticks, 0);
    assert_false(thread.hurried);
    thread_check(&thread);
}

enum mistake {
    NONE,
    NO_STATE,
    UNKNOWN_FLAG,
    IN_A_HEAP_WHILE_RUNNING,
    CROOKED_STACK,
    STACK_BELOW,
    STACK_ABOVE,
};

static void check(void *argument)
{
    struct thread thread;
    init(&thread);
    switch (*(enum mistake *)argument) {
    case NONE:
        thread.flags = THREAD_RESCHEDULE | THREAD_DYING;
        thread.context.sp -= PAGE_SIZE - 16;
        break;
    case NO_STATE:
        thread.state = THREAD_STATES;
        break;
    case UNKNOWN_FLAG:
        thread.flags = 4;
        break;
    case IN_A_HEAP_WHILE_RUNNING:
        thread.state = THREAD_RUNNING;
        thread.heap_index = 1;
        break;
    case CROOKED_STACK:
        thread.stack_top = thread.context.sp = STACK_TOP - 8;
        break;
    case STACK_BELOW:
        thread.context.sp = STACK_TOP - PAGE_SIZE;
        break;
    case STACK_ABOVE:
        thread.context.sp = STACK_TOP + 16;
        break;
    }
    thread_check(&thread);
}

static void the_check_finds_each_wrong_field(void **state)
{
    (void)state;
    assert_null(panic_of(check, &(enum mistake){NONE}));
    expect_panic(check, &(enum mistake){NO_STATE}, "THREAD_STATES");
    expect_panic(check, &(enum mistake){UNKNOWN_FLAG}, "flags");
    expect_panic(check, &(enum mistake){IN_A_HEAP_WHILE_RUNNING}, "heap_index");
    expect_panic(check, &(enum mistake){CROOKED_STACK}, "stack_top");
    expect_panic(check, &(enum mistake){STACK_BELOW}, "context.sp");
    expect_panic(check, &(enum mistake){STACK_ABOVE}, "context.sp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_transition),
        cmocka_unit_test(whoever_waits_is_blocked),
        cmocka_unit_test(a_new_thread_is_at_the_boundary),
        cmocka_unit_test(the_check_finds_each_wrong_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
