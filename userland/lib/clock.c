/* SPDX-License-Identifier: MIT
 *
 * picolibc's clocks, on the `time` register.
 *
 * clock() and times() tell the time that has passed since the program started, whether
 * it had the CPU or not. There is no calendar clock: gettimeofday(), time() and
 * clock_gettime() count from the moment the machine was switched on.
 */
#include <errno.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include <trapeze.h>

#define MICROSECONDS 1000000U
#define NANOSECONDS 1000000000U

static uint64_t start_ticks;
static uint64_t ticks_per_second;

__attribute__((constructor)) static void remember_start(void)
{
    start_ticks = trapeze_time();
    ticks_per_second = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
}

/* In two steps, so that the product does not overflow. */
static uint64_t scale(uint64_t value, uint64_t from_hz, uint64_t to_hz)
{
    return value / from_hz * to_hz + value % from_hz * to_hz / from_hz;
}

clock_t times(struct tms *buffer)
{
    uint64_t passed = trapeze_time() - start_ticks;
    clock_t clocks = (clock_t)scale(passed, ticks_per_second, CLOCKS_PER_SEC);

    if (buffer != NULL)
        *buffer = (struct tms){.tms_utime = clocks};
    return clocks;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    uint64_t ticks = trapeze_time();

    (void)zone;
    now->tv_sec = (time_t)(ticks / ticks_per_second);
    now->tv_usec =
        (suseconds_t)scale(ticks % ticks_per_second, ticks_per_second, MICROSECONDS);
    return 0;
}

int clock_gettime(clockid_t clock_id, struct timespec *now)
{
    uint64_t ticks = trapeze_time();

    if (clock_id != CLOCK_REALTIME && clock_id != CLOCK_MONOTONIC) {
        errno = EINVAL;
        return -1;
    }
    now->tv_sec = (time_t)(ticks / ticks_per_second);
    now->tv_nsec = (long)scale(ticks % ticks_per_second, ticks_per_second, NANOSECONDS);
    return 0;
}

long trapeze_sleep_until(uint64_t deadline_ticks)
{
    struct trapeze_message message = {.deadline = deadline_ticks};

    if (deadline_ticks == TRAPEZE_NEVER)
        return E_INVALID;
    const long result = trapeze_recv(0, &message); /* from nobody: only the deadline */
    return result == E_TIMEOUT ? 0 : result;
}

/* Rounds up: never returns early. More seconds than the clock has are all of them. */
static void sleep_for(uint64_t seconds, uint64_t nanoseconds)
{
    const uint64_t now = trapeze_time();
    const uint64_t ticks =
        (nanoseconds * ticks_per_second + NANOSECONDS - 1) / NANOSECONDS + 1;
    const uint64_t longest = (UINT64_MAX - now - ticks) / ticks_per_second;

    trapeze_sleep_until(seconds < longest ? now + seconds * ticks_per_second + ticks
                                          : UINT64_MAX);
}

int nanosleep(const struct timespec *duration, struct timespec *left)
{
    if (duration->tv_sec < 0 || duration->tv_nsec < 0 ||
        duration->tv_nsec >= (long)NANOSECONDS) {
        errno = EINVAL;
        return -1;
    }
    sleep_for((uint64_t)duration->tv_sec, (uint64_t)duration->tv_nsec);
    if (left != NULL)
        *left = (struct timespec){0};
    return 0;
}

unsigned sleep(unsigned seconds)
{
    sleep_for(seconds, 0);
    return 0;
}

int usleep(useconds_t microseconds)
{
    sleep_for(microseconds / MICROSECONDS,
              microseconds % MICROSECONDS * UINT64_C(1000));
    return 0;
}
