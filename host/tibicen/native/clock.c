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

void tib_deadline_arm(tib_deadline *cell, int64_t budget_ns) {
    cell->deadline_ns = tib_clock_ns() + budget_ns;
    cell->tripped = 0;
}

void tib_deadline_extend(tib_deadline *cell, int64_t ns) {
    if (cell->deadline_ns != 0) {
        cell->deadline_ns += ns;
    }
}

void tib_deadline_disarm(tib_deadline *cell) {
    cell->deadline_ns = 0;
    cell->tripped = 0;
}

bool tib_deadline_passed(tib_deadline *cell) {
    if (cell->deadline_ns == 0) {
        return false;
    }
    if (!cell->tripped && tib_clock_ns() >= cell->deadline_ns) {
        cell->tripped = 1;
    }
    return cell->tripped != 0;
}
