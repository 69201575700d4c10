/* SPDX-License-Identifier: MIT
 *
 * A user program's misdeed.
 */
#include "trap/fault.h"

#include "base/printk.h"
#include "object/process.h"
#include "platform/console.h"
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

void fault_end_process(struct thread *thread, uint64_t scause)
{
    struct process *process = process_of(thread);
    struct process_end end = {
        .kind = END_FAULTED,
        .status = scause,
        .pc = thread->trapframe.sepc,
        .value = csr_read(stval),
    };
    process_end(process, &end);
    if (process->parent != NULL)
        return; /* which will be told */
    printk("trapeze: process %ld (%s) ended: %s, pc 0x%lx, value 0x%lx\n", process->id,
           process->name, fault_name(scause), end.pc, end.value);
    console_flush();
}
