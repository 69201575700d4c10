/* SPDX-License-Identifier: MIT
 *
 * Waits for a child that it has never started: nothing can happen in this machine any
 * more, which the kernel says before it powers off.
 */
#include "children.h"

int main(void)
{
    struct trapeze_child end;

    trapeze_wait(make_child("trivial", "never", 0), TRAPEZE_NEVER, &end);
    return 1;
}
