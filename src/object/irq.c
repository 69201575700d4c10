/* SPDX-License-Identifier: MIT
 *
 * Interrupts of devices, as signals.
 */
#include "object/irq.h"

#include "object/notice.h"

/* In one interrupt; whatever is pending then comes at once again. */
#define SIGNALS_MAX 8

struct irq_table irq_table __attribute__((aligned(16)));
static_assert(offsetof(struct irq_table, objects) < __alignof__(irq_table), "one %hi");

static uint32_t bound; /* sources that have been */

/* Whether there is somebody to signal. */
static bool is_bound(const struct irq_object *irq)
{
    return irq->endpoint->id == irq->endpoint_id;
}

enum trapeze_error irq_create(struct process *payer, uint64_t source,
                              struct object **made)
{
    if (source == 0 || source > plic_source_count())
        return E_INVALID;
    if (irq_table.objects[source] != NULL)
        return E_BAD_STATE;
    struct object *object = process_make_object(payer, OBJECT_IRQ);
    if (object == NULL)
        return E_NO_SLOT;
    object->irq =
        (struct irq_object){.endpoint = object,
                            .endpoint_id = NO_ID,
                            .wakes = NO_ID,
                            .priority = plic_priority_register((uint32_t)source),
                            .source = (uint32_t)source};
    irq_table.claim = plic_claim_register(); /* no source was unmasked before */
    irq_table.objects[source] = *made = object;
    return E_OK;
}

void irq_bind(struct object *irq, struct object *endpoint, uint64_t badge)
{
    bound += irq->irq.endpoint == irq;
    irq->irq.endpoint = endpoint;
    irq->irq.endpoint_id = endpoint->id;
    irq->irq.badge = badge;
    irq->irq.wakes = badge == 0 ? NO_ID : endpoint->id;
    plic_set_masked(irq->irq.source, false);
}

enum trapeze_error irq_ack(struct object *irq)
{
    if (!is_bound(&irq->irq))
        return E_BAD_STATE;
    plic_set_masked(irq->irq.source, false);
    return E_OK;
}

void irq_destroy(struct object *irq)
{
    plic_set_masked(irq->irq.source, true);
    irq_table.objects[irq->irq.source] = NULL;
    bound -= irq->irq.endpoint != irq;
    process_free_object(irq);
}

void irq_deliver(uint32_t source)
{
    const struct object *object = irq_table.objects[source];
    if (object != NULL && is_bound(&object->irq))
        notice_signal(object->irq.endpoint, object->irq.badge);
}

void irq_take(uint32_t source)
{
    if (source != 0) {
        plic_mask_and_complete(source);
        irq_deliver(source);
    }
}

void irq_handle(void)
{
    for (uint32_t i = 0; i < SIGNALS_MAX; i++) {
        uint32_t source = plic_claim();
        if (source == 0)
            return;
        irq_take(source);
    }
}

bool irq_is_awaited(void) { return bound != 0; }
