/* SPDX-License-Identifier: MIT
 *
 * Interrupts of devices, as signals. A source is masked from the moment its interrupt
 * is signalled until its driver acknowledges it, so that one that nobody serves costs
 * one interrupt; and while no driver is bound.
 */
#pragma once

#include "object/process.h"
#include "platform/plic.h"

/* Known to assembly. */
struct irq_table {
    uint64_t claim;                               /* the register's address */
    struct object *objects[PLIC_SOURCES_MAX + 1]; /* by source; NULL: none */
};

/* Makes the object of a source, once as long as it lives. Errors: E_INVALID (no such
 * source), E_BAD_STATE (it has an object already), E_NO_SLOT. */
enum trapeze_error irq_create(struct process *payer, uint64_t source,
                              struct object **made);

/* The source's interrupts signal `endpoint` with `badge` from now on, beginning with
 * one that is pending. A second binding takes the place of the first. */
void irq_bind(struct object *irq, struct object *endpoint, uint64_t badge);

/* The next interrupt may come. Errors: E_BAD_STATE (not bound, or its endpoint has
 * gone). */
enum trapeze_error irq_ack(struct object *irq);

/* The source is masked and the object gone. */
void irq_destroy(struct object *irq);

/* An interrupt of `source` has been claimed (0: it has not): completes it and signals
 * whoever is bound to it; irq_deliver: only signals. */
void irq_take(uint32_t source);
void irq_deliver(uint32_t source);

/* External interrupts are pending: takes them. */
void irq_handle(void);

/* Whether a source is bound, so that an interrupt may come. */
bool irq_is_awaited(void);
