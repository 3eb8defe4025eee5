/* The monotonic clock, and the cell in which a VM's deadline stands. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#else
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#endif

#include "internal.h"

int64_t tib_clock_ns(void) {
#ifndef _WIN32
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
#else
    LARGE_INTEGER frequency, count;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    int64_t whole = count.QuadPart / frequency.QuadPart, rest = count.QuadPart % frequency.QuadPart;
    return whole * 1000000000 + rest * 1000000000 / frequency.QuadPart;
#endif
}

/* How far the clock is ahead of what this thread has run, in microseconds and never 0; it grows while the thread
   waits for a processor. 0 where the system does not tell precisely. */
static uint32_t waited_us(int64_t now_ns) {
#ifdef CLOCK_THREAD_CPUTIME_ID
    struct timespec run;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &run);
    uint32_t ahead = (uint32_t)((now_ns - ((int64_t)run.tv_sec * 1000000000 + run.tv_nsec)) / 1000);
    return ahead != 0 ? ahead : 1;
#else
    (void)now_ns;
    return 0;
#endif
}

void tib_deadline_arm(tib_deadline *cell, int64_t budget_ns) {
    cell->deadline_ns = tib_clock_ns() + budget_ns;
    cell->tripped = 0;
    cell->waited_us = 0;
}

void tib_deadline_extend(tib_deadline *cell, int64_t ns) {
    if (cell->deadline_ns != 0) {
        cell->deadline_ns += ns;
    }
}

void tib_deadline_disarm(tib_deadline *cell) {
    cell->deadline_ns = 0;
    cell->tripped = 0;
    cell->waited_us = 0;
}

bool tib_deadline_passed(tib_deadline *cell) {
    if (cell->deadline_ns == 0) {
        return false;
    }
    if (cell->tripped) {
        return true;
    }
    int64_t now = tib_clock_ns();
    if (now < cell->deadline_ns) {
        if (cell->waited_us == 0) {
            cell->waited_us = waited_us(now);
        }
        return false;
    }
    if (cell->waited_us != 0) {
        /* The system gave the processor to others meanwhile: that time was not used up, and is given back. */
        uint32_t waited = waited_us(now);
        /* Two clocks are read one after the other: a difference of a microsecond below 0 is none. */
        int32_t more = (int32_t)(waited - cell->waited_us);
        if (more > 0) {
            cell->deadline_ns += (int64_t)more * 1000;
            cell->waited_us = waited;
        }
    }
    cell->tripped = now >= cell->deadline_ns;
    return cell->tripped != 0;
}
