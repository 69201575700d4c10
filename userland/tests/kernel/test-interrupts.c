/* SPDX-License-Identifier: MIT
 *
 * Interrupts as signals, with the real-time clock of QEMU's virt (goldfish) as device:
 * bind, ack, a storm that nobody acks, and what is left when a driver has ended. With
 * -rtc clock=vm, so that its clock is the machine's. It needs "machine" with the right
 * to devices, from a manifest of its own.
 */
#include <string.h>

#include "actors.h"

#define PROGRAM "test-interrupts"
#define RTC_ADDRESS 0x101000UL
#define RTC_SOURCE 11
#define RTC_WINDOW 0x70000000UL
#define SIGNAL_BIT 0x10
#define OTHER_BIT 0x20
#define PAST 1

/* goldfish_rtc's registers, of 32 bits. */
enum {
    RTC_TIME_LOW = 0x00,
    RTC_TIME_HIGH = 0x04,
    RTC_ALARM_LOW = 0x08,
    RTC_ALARM_HIGH = 0x0c,
    RTC_IRQ_ENABLED = 0x10,
    RTC_CLEAR_INTERRUPT = 0x1c,
};

static uint64_t machine, device, irq, endpoint, bound;

static void rtc_write(uintptr_t offset, uint32_t value)
{
    *(volatile uint32_t *)(RTC_WINDOW + offset) = value;
}

static uint32_t rtc_read(uintptr_t offset)
{
    return *(volatile uint32_t *)(RTC_WINDOW + offset);
}

/* An alarm at once. QEMU's PLIC takes note of a line when the device says that it is
 * up, which this one does with each of these writes, not as long as it is. */
static void raise_line(void)
{
    rtc_write(RTC_IRQ_ENABLED, 1);
    rtc_write(RTC_ALARM_HIGH, 0);
    rtc_write(RTC_ALARM_LOW, 1); /* 1970 */
}

static void rtc_set_alarm_after(uint32_t nanoseconds)
{
    const uint64_t low = rtc_read(RTC_TIME_LOW); /* this one first */
    const uint64_t alarm =
        ((uint64_t)rtc_read(RTC_TIME_HIGH) << 32 | low) + nanoseconds;

    rtc_write(RTC_ALARM_HIGH, (uint32_t)(alarm >> 32));
    rtc_write(RTC_ALARM_LOW, (uint32_t)alarm);
}

static void lower_line(void) { rtc_write(RTC_CLEAR_INTERRUPT, 1); }

/* The bits that come, or an error. */
static long hear(uint64_t deadline)
{
    struct trapeze_message message = {.deadline = deadline};
    const long kind = trapeze_recv(endpoint, &message);

    return kind == KIND_SIGNAL ? (long)message.label : kind;
}

static void test_devices(void)
{
    static const struct {
        uint64_t address, count;
    } wrong[] = {
        {0x80000000, 1},
        {0x80200000, 1},
        {0x83000000, 16},
        {RTC_ADDRESS + 1, 1},
        {RTC_ADDRESS, 0},
        {0, UINT64_MAX},
        {UINT64_MAX & ~4095UL, 2},
        {0x7ffff000, 2},
        {1UL << 63, 1},
        {1UL << 56, 1},
    };

    SAY("device memory: not of RAM, not with another handle");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (!CHECK_EQUAL(sys_device_create(machine, wrong[i].address, wrong[i].count),
                         E_INVALID))
            printf("    0x%lx\n", (unsigned long)wrong[i].address);
    }
    const uint64_t weak = duplicate(machine, 0, 0);
    CHECK_EQUAL(sys_device_create(weak, RTC_ADDRESS, 1), E_RIGHTS);
    CHECK_EQUAL(sys_irq_create(weak, RTC_SOURCE), E_RIGHTS);
    CHECK_EQUAL(sys_machine_off(machine, 0), E_RIGHTS);
    CHECK_EQUAL(sys_handle_close(weak), 0);
    device = must(sys_device_create(machine, RTC_ADDRESS, 1));
    CHECK_EQUAL(sys_memory_physical(device, 0), RTC_ADDRESS);
    CHECK_EQUAL(sys_memory_map(device, 0, RTC_WINDOW, 0, 1, RIGHT_EXECUTE), E_RIGHTS);
    must(sys_memory_map(device, 0, RTC_WINDOW, 0, 1, RIGHT_READ | RIGHT_WRITE));
    CHECK(rtc_read(RTC_TIME_LOW) != 0 || rtc_read(RTC_TIME_HIGH) != 0);
}

static void test_objects(void)
{
    SAY("a source: once, and only one that there is");
    CHECK_EQUAL(sys_irq_create(machine, 0), E_INVALID);
    CHECK_EQUAL(sys_irq_create(machine, 1024), E_INVALID);
    CHECK_EQUAL(sys_irq_create(machine, UINT64_MAX), E_INVALID);
    irq = must(sys_irq_create(machine, RTC_SOURCE));
    CHECK_EQUAL(sys_irq_create(machine, RTC_SOURCE), E_BAD_STATE);
    CHECK_EQUAL(sys_irq_ack(irq), E_BAD_STATE);
    const uint64_t weak = duplicate(irq, 0, 0);
    CHECK_EQUAL(sys_irq_bind(weak, bound), E_RIGHTS);
    CHECK_EQUAL(sys_irq_ack(weak), E_RIGHTS);
    CHECK_EQUAL(sys_irq_bind(irq, UINT64_MAX), E_BAD_HANDLE);
    CHECK_EQUAL(sys_irq_bind(irq, irq), E_WRONG_TYPE);
    CHECK_EQUAL(sys_handle_close(weak), 0);
    const uint64_t deaf = duplicate(endpoint, RIGHT_SEND, 0);
    CHECK_EQUAL(sys_irq_bind(irq, deaf), E_RIGHTS);
    CHECK_EQUAL(sys_handle_close(deaf), 0);
}

static void test_signals(void)
{
    SAY("not bound, it is masked; bound, it comes with the handle's badge, once");
    raise_line();
    CHECK_EQUAL(hear(in_us(1000)), E_TIMEOUT);
    CHECK_EQUAL(sys_irq_bind(irq, bound), 0);
    CHECK_EQUAL(hear(in_us(1000)), SIGNAL_BIT);
    SAY("until it is acked, it does not come again; then what has come meanwhile does");
    raise_line();
    CHECK_EQUAL(hear(in_us(1000)), E_TIMEOUT);
    CHECK_EQUAL(sys_irq_ack(irq), 0);
    CHECK_EQUAL(hear(in_us(1000)), SIGNAL_BIT);
    lower_line();
    CHECK_EQUAL(sys_irq_ack(irq), 0);
    CHECK_EQUAL(hear(in_us(1000)), E_TIMEOUT);
    SAY("it wakes who waits");
    const uint64_t start = trapeze_time(), end = in_us(10000);
    rtc_set_alarm_after(2000000);
    CHECK_EQUAL(hear(end), SIGNAL_BIT);
    CHECK(trapeze_time() < end && trapeze_time() > start + (end - start) / 10);
    lower_line();
    CHECK_EQUAL(sys_irq_ack(irq), 0);
    SAY("a second binding takes the place of the first");
    const uint64_t other = duplicate(endpoint, RIGHT_SIGNAL, OTHER_BIT);
    CHECK_EQUAL(sys_irq_bind(irq, other), 0);
    raise_line();
    CHECK_EQUAL(hear(in_us(1000)), OTHER_BIT);
    lower_line();
    CHECK_EQUAL(sys_irq_ack(irq), 0);
    CHECK_EQUAL(sys_handle_close(other), 0);
}

/* How many instructions it takes to raise the line so often. */
#define STORM 1000
#define TRAP 20 /* no interrupt takes fewer; QEMU 10 counts up to 3 more, or not */
static uint64_t storm(void)
{
    const uint64_t start = trapeze_instret();

    for (int i = 0; i < STORM; i++)
        rtc_write(RTC_IRQ_ENABLED, 1);
    return trapeze_instret() - start;
}

/* Raises the line, and acks, for ever. handles: the irq, the endpoint. words[1]: the
 * first thing that went wrong. */
static long serves(struct actor *actor)
{
    for (;; actor->words[0]++) {
        struct trapeze_message message = {.deadline = in_us(5000)};
        raise_line();
        const long kind = trapeze_recv(actor->handles[1], &message);
        const long error = kind == KIND_SIGNAL ? sys_irq_ack(actor->handles[0]) : kind;
        if (error != 0 && actor->words[1] == 0)
            actor->words[1] = (uint64_t)error;
    }
    return 0;
}

static void test_storm(void)
{
    SAY("a storm from a source that nobody acks costs one interrupt, not the machine");
    CHECK_EQUAL(sys_irq_bind(irq, bound), 0);
    CHECK_EQUAL(hear(PAST), E_TIMEOUT);
    const uint64_t calm = storm();
    raise_line();
    CHECK_EQUAL(hear(PAST), SIGNAL_BIT);
    const uint64_t stormy = storm();
    CHECK(stormy < calm + TRAP);
    CHECK_EQUAL(hear(PAST), E_TIMEOUT);
    lower_line();

    SAY("a storm that a driver acks leaves the time to who is more urgent than it");
    struct actor *actor = actor_make(
        serves, &(struct actor_options){
                    .priority = 1, .give = {irq, endpoint}, .stopped = true});
    must(sys_memory_map(device, actor->process, RTC_WINDOW, 0, 1,
                        RIGHT_READ | RIGHT_WRITE));
    CHECK_EQUAL(sys_irq_ack(irq), 0);
    actor_run(actor);
    for (int i = 0; i < 20; i++) {
        const uint64_t end = in_us(500);
        trapeze_sleep_until(end);
        CHECK(trapeze_time() < end + (in_us(50) - trapeze_time()));
    }
    CHECK(actor->words[0] > 100);
    CHECK_EQUAL(actor->words[1], 0);
    actor_kill(actor);
    lower_line();
    CHECK_EQUAL(sys_irq_ack(irq), 0);
    hear(PAST);
}

/* A driver: makes the irq's object itself, with handles[0], the machine, binds it to an
 * endpoint of its own, and ends when it has been interrupted; if words[2], with an ack.
 */
static long driver(struct actor *actor)
{
    struct trapeze_message message = {.deadline = in_us(10000)};
    const uint64_t own = (uint64_t)sys_endpoint_create();
    const uint64_t signal = (uint64_t)sys_handle_duplicate(own, RIGHT_SIGNAL, 1);
    const long made = sys_irq_create(actor->handles[0], RTC_SOURCE);

    if (made < 0 || sys_irq_bind((uint64_t)made, signal) != 0)
        return 1;
    actor->words[0] = (uint64_t)trapeze_recv(own, &message);
    actor->words[1] = (uint64_t)sys_irq_create(actor->handles[0], RTC_SOURCE);
    return actor->words[2] != 0 ? sys_irq_ack((uint64_t)made) : 0;
}

static void test_death(void)
{
    SAY("an endpoint that has gone: the source is masked, an ack is E_BAD_STATE");
    const uint64_t doomed = must(sys_endpoint_create());
    CHECK_EQUAL(sys_irq_bind(irq, doomed), 0);
    CHECK_EQUAL(sys_object_destroy(doomed), 0);
    CHECK_EQUAL(sys_handle_close(doomed), 0);
    raise_line();
    pause_us(1000);
    CHECK_EQUAL(sys_irq_ack(irq), E_BAD_STATE);
    SAY("bound again, it comes again");
    CHECK_EQUAL(sys_irq_bind(irq, bound), 0);
    raise_line();
    CHECK_EQUAL(hear(in_us(1000)), SIGNAL_BIT);
    CHECK_EQUAL(sys_object_destroy(irq), 0);
    CHECK_EQUAL(sys_irq_ack(irq), E_GONE);
    CHECK_EQUAL(sys_handle_close(irq), 0);

    SAY("a driver dies: the source is released, masked, and another driver's");
    raise_line();
    for (uint64_t i = 0; i < 4; i++) {
        /* While it is nobody's, once: the driver hears of it when it is bound. */
        rtc_write(RTC_IRQ_ENABLED, 1);
        struct actor *actor = actor_make(
            driver, &(struct actor_options){.give = {machine}, .words = {0, 0, i % 2}});
        actor_expect(actor, 0);
        CHECK_EQUAL(actor->words[0], KIND_SIGNAL);
        CHECK_EQUAL((long)actor->words[1], E_BAD_STATE);
    }
    lower_line();
    irq = must(sys_irq_create(machine, RTC_SOURCE));
    CHECK_EQUAL(sys_irq_bind(irq, bound), 0);
    CHECK_EQUAL(hear(in_us(1000)), E_TIMEOUT);
    raise_line();
    CHECK_EQUAL(hear(in_us(1000)), SIGNAL_BIT);
    lower_line();
    CHECK_EQUAL(sys_object_destroy(irq), 0);
    CHECK_EQUAL(sys_handle_close(irq), 0);
}

int main(void)
{
    actors_begin();
    machine = trapeze_inherited("machine");
    if (machine == 0) {
        printf(PROGRAM ": the manifest does not give it the machine\n");
        return 1;
    }
    endpoint = must(sys_endpoint_create());
    bound = duplicate(endpoint, RIGHT_SIGNAL, SIGNAL_BIT);
    test_devices();
    test_objects();
    test_signals();
    test_storm();
    test_death();
    return finish(PROGRAM);
}
