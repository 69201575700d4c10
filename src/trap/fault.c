/* SPDX-License-Identifier: MIT
 *
 * A user program's misdeed.
 */
#include "trap/fault.h"

#include "object/death.h"
#include "object/notice.h"
#include "platform/csr.h"

static const char *const names[] = {
#define CAUSE(code, name, meaning) [code] = meaning,
#include <trapeze/causes.def>
#undef CAUSE
};

const char *fault_name(uint64_t scause)
{
    bool known = scause < sizeof names / sizeof names[0] && names[scause] != NULL;
    return known ? names[scause] : "reserved cause";
}

void fault_suspend(struct thread *thread, uint64_t scause)
{
    struct process *process = process_of(thread);
    struct process_object *fault = &process->object->process;
    fault->status = scause;
    fault->pc = thread->trapframe.sepc;
    fault->value = csr_read(stval);
    if (!notice_fault(process))
        death_mark(process, END_FAULTED, 0);
}
