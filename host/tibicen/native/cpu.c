/* Which vector instructions this CPU has, found out once. */
#include "internal.h"

static int best = -1;
static int level = -1;

int tib_cpu_best(void) {
    if (best < 0) {
        best = TIB_CPU_PORTABLE;
#ifdef TIB_X86
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx2")) {
            best = TIB_CPU_AVX2;
        }
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
            __builtin_cpu_supports("avx512bw")) {
            best = TIB_CPU_AVX512;
        }
#endif
    }
    return best;
}

int tib_cpu_level(void) {
    if (level < 0) {
        level = tib_cpu_best();
    }
    return level;
}

int tib_cpu_set_level(int wanted) {
    level = wanted < TIB_CPU_PORTABLE ? TIB_CPU_PORTABLE : wanted > tib_cpu_best() ? tib_cpu_best() : wanted;
    return level;
}
