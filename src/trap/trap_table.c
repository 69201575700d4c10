/* SPDX-License-Identifier: MIT
 *
 * The trap table: what the kernel does for each cause. It is fixed when the kernel is
 * linked; user programs pick a row, never a handler.
 */
#include "memory/frame.h"
#include "object/death.h"
#include "object/notice.h"
#include "sched/fpu_owner.h"
#include "sched/sched.h"
#include "trap/trap.h"

/* Codes from here on are reserved or for custom use. They share the row that has this
 * number. */
#define EXCEPTIONS 20
#define INTERRUPTS 14
#define SAMPLE 16 /* elements of each structure that the debug build checks */
#define INTERRUPT_FLAG (1UL << SCAUSE_INTERRUPT_BIT)

typedef void exception_handler(struct thread *thread, uint64_t scause);
typedef void interrupt_handler(void);

/* A user program's misdeed: it is suspended and its supervisor hears of it, or, where
 * there is none, it ends. */
static void fault_suspend(struct thread *thread, uint64_t scause)
{
    struct process *process = process_of(thread);
    struct process_object *fault = &process->object->process;
    fault->status = scause;
    fault->pc = thread->trapframe.sepc;
    fault->value = csr_read(stval);
    if (!notice_fault(process))
        death_mark(process, END_FAULTED, 0);
}

/* Whether the instruction bits in stval may be those of a floating-point instruction,
 * or of an access to fflags, frm or fcsr (Unprivileged ISA, table 24.1). 0 is what a
 * hart says that does not tell them. */
static bool may_need_fpu(uint32_t code)
{
    if (code == 0)
        return true;
    if ((code & 3) != 3) /* c.fld, c.fsd, c.fldsp, c.fsdsp: quadrants 0 and 2 */
        return (code & 1) == 0 && (code >> 13 & 3) == 1;
    uint32_t opcode = code >> 2 & 31;
    if (opcode == 0x1c) /* SYSTEM */
        return code >> 20 >= 1 && code >> 20 <= 3;
    const uint32_t float_opcodes = 1 << 0x01 | 1 << 0x09 | 0x1f << 0x10;
    return float_opcodes >> opcode & 1; /* LOAD-FP, STORE-FP, MADD to NMADD, OP-FP */
}

static void illegal_instruction(struct thread *thread, uint64_t scause)
{
    if (!may_need_fpu((uint32_t)csr_read(stval)) || !fpu_first_use(thread))
        fault_suspend(thread, scause);
}

static exception_handler *const exceptions[EXCEPTIONS + 1] = {
    [SCAUSE_INSTRUCTION_MISALIGNED] = fault_suspend,
    [SCAUSE_INSTRUCTION_ACCESS] = fault_suspend,
    [SCAUSE_ILLEGAL_INSTRUCTION] = illegal_instruction,
    [SCAUSE_BREAKPOINT] = fault_suspend,
    [SCAUSE_LOAD_MISALIGNED] = fault_suspend,
    [SCAUSE_LOAD_ACCESS] = fault_suspend,
    [SCAUSE_STORE_MISALIGNED] = fault_suspend,
    [SCAUSE_STORE_ACCESS] = fault_suspend,
    [SCAUSE_ECALL_FROM_U] = syscall_dispatch,
    [SCAUSE_ECALL_FROM_S] = fault_suspend,
    [10] = fault_suspend,
    [SCAUSE_ECALL_FROM_M] = fault_suspend,
    [SCAUSE_INSTRUCTION_PAGE_FAULT] = fault_suspend,
    [SCAUSE_LOAD_PAGE_FAULT] = fault_suspend,
    [14] = fault_suspend,
    [SCAUSE_STORE_PAGE_FAULT] = fault_suspend,
    [SCAUSE_DOUBLE_TRAP] = fault_suspend,
    [17] = fault_suspend,
    [SCAUSE_SOFTWARE_CHECK] = fault_suspend,
    [SCAUSE_HARDWARE_ERROR] = fault_suspend,
    [EXCEPTIONS] = fault_suspend,
};

static interrupt_handler *const interrupts[INTERRUPTS + 1] = {
    [0] = interrupt_unexpected,
    [SCAUSE_SUPERVISOR_SOFTWARE] = interrupt_software,
    [2] = interrupt_unexpected,
    [SCAUSE_MACHINE_SOFTWARE] = interrupt_unexpected,
    [4] = interrupt_unexpected,
    [SCAUSE_SUPERVISOR_TIMER] = interrupt_timer,
    [6] = interrupt_unexpected,
    [SCAUSE_MACHINE_TIMER] = interrupt_unexpected,
    [8] = interrupt_unexpected,
    [SCAUSE_SUPERVISOR_EXTERNAL] = interrupt_external,
    [10] = interrupt_unexpected,
    [SCAUSE_MACHINE_EXTERNAL] = interrupt_unexpected,
    [12] = interrupt_unexpected,
    [SCAUSE_COUNTER_OVERFLOW] = interrupt_unexpected,
    [INTERRUPTS] = interrupt_unexpected,
};

static __attribute__((noinline)) void dispatch(struct thread *thread, uint64_t scause)
{
    uint64_t code = scause & ~INTERRUPT_FLAG;
    if (code != scause)
        interrupts[code < INTERRUPTS ? code : INTERRUPTS]();
    else
        exceptions[code < EXCEPTIONS ? code : EXCEPTIONS](thread, scause);
}

/* Panics if an invariant of any layer is broken. What would take long is sampled. */
static void invariants_check(void)
{
    struct thread *current = hart_this()->current;
    sched_check(SAMPLE);
    frame_check(SAMPLE);
    if (current != &hart_this()->idle)
        process_check(process_of(current));
}

void trap_dispatch(struct thread *thread, uint64_t scause)
{
    if (scause == SCAUSE_ECALL_FROM_U)
        syscall_dispatch(thread, scause); /* as the table says, in fewer instructions */
    else
        dispatch(thread, scause);
    if (CHECK_INVARIANTS)
        invariants_check();
}

void trap_dispatch_call(struct thread *thread)
{
    syscall_dispatch(thread, SCAUSE_ECALL_FROM_U);
    if (CHECK_INVARIANTS)
        invariants_check();
}

void trap_work(struct thread *thread)
{
    if (thread->flags & THREAD_RESCHEDULE) {
        sched_switch(thread);
    } else {
        death_dismantle(process_of(thread));
        trap_poll_interrupts();
    }
}
