/* SPDX-License-Identifier: MIT
 *
 * crowd [N]: N processes (100 unless told) that all run, and wait in a call at the same
 * time; then they are let go, and every page and slot is back. Tells what the kernel
 * takes for each.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "children.h"

#define PROGRAM "crowd"
#define MOST 8192U
#define PAGES 5 /* process, kernel stack, and page tables of three levels */
#define SLOTS 4 /* as many mappings */

static uint64_t gate;
static uint64_t *tokens; /* not in the image, of which every child has its own */
static long *children;

/* The caller's number, with what it takes of the kernel, is the message. */
static int child(unsigned number)
{
    uint64_t budget[4];
    struct trapeze_message message = {.label = number};

    if (trapeze_process_inspect(0, INSPECT_BUDGET, budget) < 0)
        return EXIT_FAILURE;
    message.words[0] = budget[0];
    message.words[1] = budget[2];
    return trapeze_call(trapeze_inherited("gate"), &message) == KIND_MESSAGE
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}

static long spawn(unsigned number)
{
    char text[12];
    char *argv[] = {PROGRAM, "child", text, NULL};
    const struct trapeze_spawn_handle handles[] = {{"gate", gate}, {NULL, 0}};
    const struct trapeze_spawn_options options = {.pages = PAGES,
                                                  .slots = SLOTS,
                                                  .priority = -1,
                                                  .handles = handles,
                                                  .bare = true};

    snprintf(text, sizeof(text), "%u", number);
    return trapeze_spawn_with(3, argv, &options);
}

/* Each has run and waits for its reply. */
static void receive_all(unsigned count)
{
    uint64_t pages = 0, slots = 0;

    for (unsigned i = 0; i < count; i++) {
        struct trapeze_message message = {0};
        if (!CHECK_EQUAL(trapeze_recv(gate, &message), KIND_MESSAGE) ||
            !CHECK(message.label < count && tokens[message.label] == 0))
            return;
        tokens[message.label] = message.token;
        pages = message.words[0] > pages ? message.words[0] : pages;
        slots = message.words[1] > slots ? message.words[1] : slots;
    }
    /* Beside its mappings' slots it has its own, and its image's memory object. */
    printf(PROGRAM ": %u wait, each with up to %lu bytes of the kernel\n", count,
           pages * PAGE_BYTES + (slots + 2) * SLOT_BYTES);
}

static void run(unsigned count)
{
    const long processes = sys_kernel_info(INFO_PROCESSES);

    memset(tokens, 0, count * sizeof(*tokens));
    for (unsigned i = 0; i < count; i++) {
        children[i] = spawn(i);
        if (!CHECK(children[i] > 0)) {
            printf("    child %u: %s\n", i, trapeze_error_meaning(children[i]));
            return;
        }
    }
    receive_all(count);
    CHECK_EQUAL(sys_kernel_info(INFO_PROCESSES), processes + (long)count);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(trapeze_reply(tokens[i], &(struct trapeze_message){0}), 0);
    for (unsigned i = 0; i < count; i++)
        expect_exit(children[i], EXIT_SUCCESS);
    CHECK_EQUAL(sys_kernel_info(INFO_PROCESSES), processes);
}

int main(int argc, char *argv[])
{
    if (argc == 3)
        return child((unsigned)strtoul(argv[2], NULL, 10));
    const unsigned count = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 100;
    if (count < 1 || count > MOST) {
        printf("usage: " PROGRAM " [N] (N up to %u)\n", MOST);
        return 2;
    }
    tokens = malloc(count * sizeof(*tokens));
    children = malloc(count * sizeof(*children));
    gate = (uint64_t)sys_endpoint_create();
    if (!CHECK(tokens != NULL && children != NULL && (long)gate > 0))
        return check_end(PROGRAM);

    /* The second time leaves no trace: tables that have grown keep their pages. */
    long free_pages = 0, free_slots = 0;
    for (int time = 0; time < 2; time++) {
        free_pages = sys_kernel_info(INFO_FREE_PAGES);
        free_slots = sys_kernel_info(INFO_FREE_SLOTS);
        run(count);
    }
    CHECK_EQUAL(sys_kernel_info(INFO_FREE_PAGES), free_pages);
    CHECK_EQUAL(sys_kernel_info(INFO_FREE_SLOTS), free_slots);
    return check_end(PROGRAM);
}
