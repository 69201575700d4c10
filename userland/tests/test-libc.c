/* SPDX-License-Identifier: MIT
 *
 * What a program expects of the C library: that picolibc is wired to the kernel as it
 * should be. `test-libc input` reads lines from the keyboard up to its end, and gives
 * them back.
 */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include <trapeze.h>

#include "check.h"

#define CHECK_FORMAT(expected, ...)                              \
    do {                                                         \
        char text_[100];                                         \
        CHECK_EQUAL(snprintf(text_, sizeof(text_), __VA_ARGS__), \
                    sizeof(expected) - 1);                       \
        if (!CHECK(strcmp(text_, expected) == 0))                \
            printf("    got \"%s\"\n", text_);                   \
    } while (0)

static int constructed;
static _Thread_local int thread_local_data = 42;
static _Thread_local int thread_local_zero;

__attribute__((constructor)) static void construct(void) { constructed = 1; }

static void test_start(void)
{
    CHECK_EQUAL(constructed, 1);
    CHECK_EQUAL(thread_local_data, 42);
    CHECK_EQUAL(thread_local_zero, 0);
    CHECK((uintptr_t)__builtin_frame_address(0) % 16 == 0);
    CHECK(getenv("PATH") == NULL);
    CHECK_EQUAL(getpid(), sys_process_self());
}

static void test_formats(void)
{
    CHECK_FORMAT("-5|00042|ff|0x1f|7", "%d|%05d|%x|%#x|%u", -5, 42, 255, 31, 7U);
    CHECK_FORMAT("9223372036854775807|-1", "%lld|%ld", (long long)INT64_MAX, -1L);
    CHECK_FORMAT("ab |  ab|abc|%|c", "%-3s|%4s|%.3s|%%|%c", "ab", "ab", "abcdef", 'c');
    CHECK_FORMAT("3.141593|3.14|1.500000e+10|0.1", "%f|%.2f|%e|%g", 3.14159265,
                 3.14159265, 1.5e10, 0.1);
    CHECK_FORMAT("0.30000000000000004|1e+300", "%.17g|%g", 0.1 + 0.2, 1e300);
    CHECK_FORMAT("inf|-inf|nan", "%f|%f|%f", (double)INFINITY, (double)-INFINITY,
                 (double)NAN);

    int number = 0, count = 0;
    double real = 0;
    CHECK_EQUAL(sscanf("17 2.5 x", "%d %lf%n", &number, &real, &count), 2);
    CHECK_EQUAL(number, 17);
    CHECK(real == 2.5);
    CHECK_EQUAL(count, 6);
    CHECK_EQUAL(strtol("-0x7fz", NULL, 16), -127);
    CHECK(strtod("6.02214076e23", NULL) == 6.02214076e23);
}

static void test_strings(void)
{
    char text[32] = "limited";

    CHECK_EQUAL(strlen(strcat(text, " direct execution")), 24);
    CHECK(strstr(text, "direct") == text + 8);
    CHECK(strchr(text, 'x') == text + 16);
    CHECK(strrchr(text, 'e') == text + 17);
    CHECK(strcmp("abc", "abd") < 0 && strncmp("abc", "abd", 2) == 0);
    memmove(text + 1, text, 7);
    CHECK(memcmp(text, "llimited", 8) == 0);
    CHECK(memchr("abc", 'c', 2) == NULL);
    CHECK_EQUAL(strcspn("hog,polite", ","), 3);
    CHECK(strcmp(strtok(strcpy(text, "a b"), " "), "a") == 0);
    CHECK(strcmp(strtok(NULL, " "), "b") == 0);
    CHECK(toupper('q') == 'Q' && isdigit('7') && !isalpha('7'));
    errno = 0;
    CHECK(strtol("99999999999999999999", NULL, 10) == INT64_MAX && errno == ERANGE);
}

static void test_math(void)
{
    volatile double two = 2.0, half = 0.5;
    volatile float three = 3.0F;

    CHECK(sqrt(two) == 1.4142135623730951);
    CHECK(fabs(sin(half) - 0.479425538604203) < 1e-15);
    CHECK(fabs(exp(1.0 * half) - 1.6487212707001282) < 1e-15);
    CHECK(fabs(pow(two, half) - sqrt(two)) < 1e-15);
    CHECK(fabs(log(two) - 0.6931471805599453) < 1e-15);
    CHECK(floor(-two - half) == -3 && ceil(half) == 1 && trunc(two + half) == 2);
    CHECK(fma(two, two, half) == 4.5);
    CHECK(fabsf(sqrtf(three) - 1.7320508F) < 1e-6F);
    CHECK(isnan(sqrt(-two)) && isinf(two / (half - half)));
}

/* Blocks of all sizes, each filled with its own pattern, freed and moved in another
 * order. */
static void test_malloc(void)
{
    enum { BLOCKS = 200 };
    static unsigned char *blocks[BLOCKS];
    static size_t sizes[BLOCKS];
    unsigned random = 12345;
    bool intact = true;

    for (unsigned round = 0; round < 5000; round++) {
        random = random * 1103515245 + 12345;
        unsigned i = (random >> 16) % BLOCKS;
        for (size_t j = 0; j < sizes[i]; j++)
            intact &= blocks[i][j] == (unsigned char)i;
        size_t size = (random >> 8) % 3000 + 1;
        switch (round % 3) {
        case 0:
            free(blocks[i]);
            blocks[i] = malloc(size);
            break;
        case 1:
            blocks[i] = realloc(blocks[i], size);
            break;
        default:
            free(blocks[i]);
            blocks[i] = calloc(1, size);
            for (size_t j = 0; blocks[i] != NULL && j < size; j++)
                intact &= blocks[i][j] == 0;
            break;
        }
        if (!CHECK(blocks[i] != NULL && (uintptr_t)blocks[i] % sizeof(void *) == 0))
            return;
        sizes[i] = size;
        memset(blocks[i], (int)i, size);
    }
    CHECK(intact);
    for (size_t i = 0; i < BLOCKS; i++)
        free(blocks[i]);

    char *large = malloc(4 << 20);
    if (CHECK(large != NULL)) {
        large[0] = large[(4 << 20) - 1] = 'x';
        free(large);
    }
    volatile size_t too_much = SIZE_MAX / 4;
    errno = 0;
    CHECK(malloc(too_much) == NULL && errno == ENOMEM);
    CHECK(sbrk(0) != (void *)-1);
}

static jmp_buf environment;

static void test_setjmp(void)
{
    volatile int passes = 0;
    volatile double kept = 1.25;
    int value = setjmp(environment);

    passes++;
    if (value < 3)
        longjmp(environment, value + 1);
    CHECK_EQUAL(passes, 4);
    CHECK(kept == 1.25);
}

static void test_clocks(void)
{
    struct timeval early, late;
    struct timespec pause = {.tv_nsec = 3000000};

    clock_t start = clock();
    CHECK(start != (clock_t)-1 && start < CLOCKS_PER_SEC);
    gettimeofday(&early, NULL);
    CHECK_EQUAL(nanosleep(&pause, NULL), 0);
    gettimeofday(&late, NULL);
    long slept = (late.tv_sec - early.tv_sec) * 1000000 + late.tv_usec - early.tv_usec;
    CHECK(slept >= 3000 && slept < 1000000);
    CHECK((clock() - start) * 1000 / CLOCKS_PER_SEC >= 3);
    CHECK_EQUAL(usleep(1000), 0);
    CHECK(time(NULL) >= late.tv_sec && time(NULL) <= late.tv_sec + 10);
    pause.tv_nsec = 1000000000;
    CHECK(nanosleep(&pause, NULL) == -1 && errno == EINVAL);
    CHECK(clock_gettime(CLOCK_MONOTONIC, &pause) == 0 && pause.tv_nsec < 1000000000);
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void test_stdlib(void)
{
    int numbers[] = {5, 3, 9, -1, 0, 7};
    int key = 7;

    qsort(numbers, 6, sizeof(numbers[0]), compare);
    CHECK(numbers[0] == -1 && numbers[2] == 3 && numbers[5] == 9);
    CHECK(bsearch(&key, numbers, 6, sizeof(key), compare) == &numbers[4]);
    CHECK_EQUAL(div(-7, 2).rem, -1);
    srand(1);
    int first = rand();
    srand(1);
    CHECK_EQUAL(rand(), first);
}

static void test_files(void)
{
    errno = 0;
    CHECK(fopen("/nothing", "r") == NULL && errno == ENOENT);
    fflush(stdout);
    CHECK_EQUAL(write(STDOUT_FILENO, "test-libc: written\n", 19), 19);
    CHECK(write(7, "x", 1) == -1 && errno == EBADF);
    CHECK(isatty(STDOUT_FILENO));
    CHECK_EQUAL(fprintf(stderr, "test-libc: to stderr\n"), 21);
}

static volatile sig_atomic_t caught;

static void handler(int number) { caught = number; }

static void test_signals(void)
{
    signal(SIGUSR1, handler);
    CHECK_EQUAL(raise(SIGUSR1), 0);
    CHECK_EQUAL(caught, SIGUSR1);
    CHECK(kill(getpid() + 1000, SIGKILL) == -1 && errno == ESRCH);
    CHECK_EQUAL(kill(getpid(), 0), 0);
}

/* A prompt comes out before the line that it asks for. */
static void test_input(void)
{
    char line[100];
    int lines = 0;

    while (printf("test-libc: line %d? ", lines + 1),
           fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        printf("test-libc: got \"%s\"\n", line);
        lines++;
    }
    CHECK(feof(stdin));
    clearerr(stdin);
    printf("\ntest-libc: %d lines, and a character? ", lines);
    CHECK_EQUAL(getchar(), 'x');
    CHECK_EQUAL(getchar(), '\n');
}

int main(int argc, char *argv[])
{
    assert(1 + 1 == 2);
    if (argc == 2 && strcmp(argv[1], "input") == 0) {
        test_input();
        return check_end("test-libc");
    }
    test_start();
    test_formats();
    test_strings();
    test_math();
    test_malloc();
    test_setjmp();
    test_clocks();
    test_stdlib();
    test_files();
    test_signals();
    return check_end("test-libc");
}
