/* SPDX-License-Identifier: MIT
 *
 * demo: limited direct execution in three short pieces, which are other programs, and
 * what to try next.
 */
#include <inttypes.h>
#include <stdio.h>

#include <trapeze.h>

static void run(const char *introduction, int argc, char *const argv[])
{
    struct trapeze_child child;
    struct trapeze_handle facts = {0};
    char text[120];

    printf("\n---- %s ----\n\n", introduction);
    fflush(stdout);
    const long process = trapeze_spawn(argc, argv);
    if (process < 0) {
        printf("%s can't be started: %s (%s)\n", argv[0],
               trapeze_error_meaning(process), trapeze_error_name(process));
        return;
    }
    trapeze_handle_inspect((uint64_t)process, &facts);
    trapeze_wait(process, TRAPEZE_NEVER, &child);
    printf("\nProcess %" PRIu64 ", %s, %s.\n", facts.number, argv[0],
           trapeze_describe(&child, text, sizeof(text)));
}

int main(void)
{
    printf("This is Trapeze. A kernel wants two things at once: programs that run at "
           "the full\n"
           "speed of the CPU, and control over what they do. Limited direct execution "
           "gives\n"
           "both (OSTEP, chapter 6). This program is process %ld; it starts three "
           "others.\n",
           sys_process_self());

    run("direct: at the full speed of the CPU", 1, (char *[]){"direct", NULL});
    run("limited: a program that executes sret, as if it were the kernel", 2,
        (char *[]){"restricted", "sret", NULL});
    run("shared: three programs that never give up the CPU", 2,
        (char *[]){"shares", "3", NULL});

    puts(
        "\nNow try, one at a time, in Trapeze's shell:\n\n"
        "  restricted        everything forbidden, and what the kernel does\n"
        "  hog               a program that never yields, and one that does\n"
        "  shares 8          eight processes, equal shares\n\n"
        "or from outside:\n\n"
        "  scripts/run --append preempt=off hog\n"
        "                                the same without the timer interrupt\n"
        "  scripts/run --icount measure  what a system call and a context switch cost\n"
        "  scripts/gdb direct            step through a trap in the debugger");
    return 0;
}
