/* Callgrind's client requests as functions, for ctypes: a process says itself what is counted. */
#include <valgrind/callgrind.h>

__attribute__((visibility("default"))) void count_begin(void)
{
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
}

__attribute__((visibility("default"))) void count_end(const char *name)
{
    CALLGRIND_DUMP_STATS_AT(name);
    CALLGRIND_STOP_INSTRUMENTATION;
}

/* The end of one count and the beginning of the next: stopping between many short ones would take long. */
__attribute__((visibility("default"))) void count_next(const char *name)
{
    CALLGRIND_DUMP_STATS_AT(name);
}
