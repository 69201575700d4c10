/* SPDX-License-Identifier: MIT
 *
 * Waits for a message that nobody can send. In a machine without servers nothing can
 * happen any more then, which the kernel says before it powers off (test/boot).
 */
#include <trapeze.h>

int main(void)
{
    struct trapeze_message message = {.deadline = TRAPEZE_NEVER};

    return trapeze_recv((uint64_t)sys_endpoint_create(), &message) < 0;
}
