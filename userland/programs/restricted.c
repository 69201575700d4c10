/* SPDX-License-Identifier: MIT
 *
 * restricted: everything that a process may not do, one by one, and what the kernel
 * does. Each attempt is made by a child of its own, this program again, started with
 * the attempt's name (`restricted sret`); the parent compares the child's end with the
 * one that it has to have.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <trapeze.h>
#include <trapeze/program.h>

#include "survive.h"

/* scause: Privileged 1.12, table 4.2. */
enum {
    ILLEGAL_INSTRUCTION = 2,
    BREAKPOINT = 3,
    FETCH_PAGE_FAULT = 12,
    LOAD_PAGE_FAULT = 13,
    STORE_PAGE_FAULT = 15,
};

#define RETURN_INSTRUCTION 0x8082 /* ret, in the compressed encoding */
#define STACK_BOTTOM (USER_STARTUP - DEFAULT_STACK_BYTES)

typedef void routine_t(uintptr_t address);

#define INSTRUCTION(name, what, ...) routine_t attempt_##name;
#include "restricted.def"
#undef INSTRUCTION
routine_t attempt_load, attempt_store, attempt_fetch, attempt_ebreak, attempt_recursion;

static const struct {
    const char *name, *what;
    routine_t *routine;
} instructions[] = {
#define INSTRUCTION(name, what, ...) {#name, what, attempt_##name},
#include "restricted.def"
#undef INSTRUCTION
};

static const struct {
    const char *name, *what;
    uintptr_t address;
} places[] = {
    {"null", "a null pointer", 0},
    {"unmapped", "an address with nothing behind it", 0x30000000},
    {"device", "the UART's registers", 0x10000000},
    {"above_stack", "the page above the stack", USER_STACK_TOP},
    {"above_user", "the first address that Sv39 does not have", USER_TOP},
    {"below_kernel", "the last address that Sv39 does not have", 0xffffffbffffffff8},
    {"direct_map", "physical memory, as the kernel sees it", 0xffffffc081000000},
    {"kernel_stack", "a kernel stack", 0xfffffff000001000},
    {"kernel", "the kernel's code", 0xffffffff80000000},
};

static const struct {
    const char *name, *what;
    survivor_t *survives;
} survivors[] = {
    {"unknown_call", "system calls that do not exist: E_NO_SYSCALL",
     survive_unknown_calls},
    {"division", "division by zero: -1, as the ISA defines it", survive_division},
    {"garbage", "every system call with garbage in all registers", survive_garbage},
    {"guessed", "kill, power off, map devices by guessed handles: E_BAD_HANDLE",
     survive_guessed_handles},
    {"narrow", "more than its handles allow: E_RIGHTS", survive_narrow_handles},
    {"badge", "pose as another client of the console: E_BADGE", survive_second_badge},
    {"own_kernel", "map its own pages into the kernel's half: E_INVALID",
     survive_kernel_mapping},
    {"urgent", "be more urgent than it was made: E_RIGHTS", survive_urgency},
    {"sp_null", "a system call with sp = 0", survive_null_sp},
    {"sp_kernel", "a system call with sp in the kernel", survive_kernel_sp},
};

static uint16_t code_in_data = RETURN_INSTRUCTION;
static const uint16_t code_in_constants = RETURN_INSTRUCTION;
extern char _end[]; /* of the image; the heap begins at the next page */

static const char *wanted; /* in a child: the attempt that it is to make */
static int attempted, as_expected;

static struct trapeze_child run_child(const char *name, const char *what)
{
    struct trapeze_child end = {.kind = END_KILLED};

    printf("%s: %s\n", name, what);
    fflush(stdout);
    long child = trapeze_spawn(2, (char *[]){"restricted", (char *)name, NULL});
    if (child < 0)
        printf("    can't be tried: %s\n", trapeze_error_meaning(child));
    else
        trapeze_wait(child, TRAPEZE_NEVER, &end);
    return end;
}

static void judge(const struct trapeze_child *end, bool expected, const char *what)
{
    char text[120];

    printf("    %s", trapeze_describe(end, text, sizeof(text)));
    if (expected)
        puts(": as expected");
    else
        printf(": NOT AS EXPECTED, %s\n", what);
    attempted++;
    as_expected += expected;
}

/* stval holds an illegal instruction's bits, or 0 (Privileged 1.12, 4.1.9). */
static bool is_instruction(uint64_t value, routine_t *routine)
{
    uint32_t bits;

    memcpy(&bits, (const void *)(uintptr_t)routine, sizeof(bits));
    if ((bits & 3) != 3)
        bits &= UINT16_MAX;
    return value == 0 || value == bits;
}

static void attempt(const char *name, const char *what, routine_t *routine,
                    uintptr_t address, unsigned cause)
{
    if (wanted != NULL) {
        if (strcmp(wanted, name) == 0) {
            routine(address);
            exit(EXIT_FAILURE); /* nothing has stopped it */
        }
        return;
    }
    struct trapeze_child end = run_child(name, what);
    uint64_t pc = cause == FETCH_PAGE_FAULT ? address : (uintptr_t)routine;
    bool expected = end.kind == END_FAULTED && end.scause == cause && end.pc == pc;
    if (cause == ILLEGAL_INSTRUCTION)
        expected = expected && is_instruction(end.value, routine);
    else if (cause != BREAKPOINT)
        expected = expected && end.value == address;
    judge(&end, expected, trapeze_cause_name(cause));
}

static void survive(const char *name, const char *what, survivor_t *survives)
{
    if (wanted != NULL) {
        if (strcmp(wanted, name) == 0)
            exit(survives() ? EXIT_SUCCESS : EXIT_FAILURE);
        return;
    }
    struct trapeze_child end = run_child(name, what);
    judge(&end, end.kind == END_EXITED && end.status == EXIT_SUCCESS,
          "it has to exit with status 0");
}

static void attempt_place(size_t i)
{
    char name[40], what[80];

    snprintf(name, sizeof(name), "load_%s", places[i].name);
    snprintf(what, sizeof(what), "load from %s", places[i].what);
    attempt(name, what, attempt_load, places[i].address, LOAD_PAGE_FAULT);
    snprintf(name, sizeof(name), "store_%s", places[i].name);
    snprintf(what, sizeof(what), "store to %s", places[i].what);
    attempt(name, what, attempt_store, places[i].address, STORE_PAGE_FAULT);
    snprintf(name, sizeof(name), "jump_%s", places[i].name);
    snprintf(what, sizeof(what), "jump to %s", places[i].what);
    attempt(name, what, attempt_fetch, places[i].address, FETCH_PAGE_FAULT);
}

static void attempt_everything(void)
{
    uintptr_t heap = ((uintptr_t)_end + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;

    if (wanted != NULL) { /* a `ret` for those who execute their stack and their heap */
        *(volatile uint16_t *)STACK_BOTTOM = RETURN_INSTRUCTION;
        *(volatile uint16_t *)sbrk(PAGE_BYTES) = RETURN_INSTRUCTION;
    }
    for (size_t i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++)
        attempt(instructions[i].name, instructions[i].what, instructions[i].routine, 0,
                ILLEGAL_INSTRUCTION);
    attempt("ebreak", "ebreak, with no debugger", attempt_ebreak, 0, BREAKPOINT);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        attempt_place(i);
    attempt("store_text", "write to its own code", attempt_store,
            (uintptr_t)attempt_store, STORE_PAGE_FAULT);
    attempt("store_constants", "write to its own constants", attempt_store,
            (uintptr_t)&code_in_constants, STORE_PAGE_FAULT);
    attempt("jump_constants", "execute its constants", attempt_fetch,
            (uintptr_t)&code_in_constants, FETCH_PAGE_FAULT);
    attempt("jump_data", "execute its data", attempt_fetch, (uintptr_t)&code_in_data,
            FETCH_PAGE_FAULT);
    attempt("jump_stack", "execute its stack", attempt_fetch, STACK_BOTTOM,
            FETCH_PAGE_FAULT);
    attempt("jump_heap", "execute its heap", attempt_fetch, heap, FETCH_PAGE_FAULT);
    attempt("recursion", "recurse until the stack is full", attempt_recursion,
            STACK_BOTTOM - 2 * sizeof(uint64_t), STORE_PAGE_FAULT);
    for (size_t i = 0; i < sizeof(survivors) / sizeof(survivors[0]); i++)
        survive(survivors[i].name, survivors[i].what, survivors[i].survives);
}

int main(int argc, char *argv[])
{
    if (argc > 1) {
        wanted = argv[1];
        attempt_everything();
        printf(
            "restricted: there is no '%s'; without an argument it tries everything\n",
            wanted);
        return 2;
    }
    puts("A process runs straight on the CPU, in user mode, where the hardware refuses "
         "whatever\n"
         "would take control from the kernel. It traps instead, and the kernel tells "
         "the\n"
         "process's supervisor, which ends it: that one alone, with the cause. "
         "Watch:\n");
    attempt_everything();
    puts("\nThis process was never touched: it is the one that counted. The last few "
         "only asked\n"
         "for what they may not have, or did something odd; each was given its defined "
         "result\n"
         "and went on.");
    printf("restricted: %d of %d as expected\n", as_expected, attempted);
    return as_expected == attempted ? EXIT_SUCCESS : EXIT_FAILURE;
}
