/* Adler-32: two sums modulo 65521, taken over 32 bytes at a time where the CPU can. */
#include "internal.h"

enum { MODULUS = 65521, LARGEST_RUN = 5552 }; /* bytes before the sums must be reduced, as in zlib */

static uint32_t portable(uint32_t adler, const uint8_t *data, size_t length) {
    uint32_t a = adler & 0xffff, b = adler >> 16;
    while (length > 0) {
        size_t run = length < LARGEST_RUN ? length : LARGEST_RUN;
        length -= run;
        while (run-- > 0) {
            a += *data++;
            b += a;
        }
        a %= MODULUS;
        b %= MODULUS;
    }
    return b << 16 | a;
}

#ifdef TIB_X86
#include <immintrin.h>

/* For each 64 bytes: b grows by 64 times the a before them, and by each byte times its distance to the end. */
__attribute__((target("avx2"))) static uint32_t by_avx2(uint32_t adler, const uint8_t *data, size_t length) {
    uint32_t a = adler & 0xffff, b = adler >> 16;
    const __m256i near = _mm256_setr_epi8(32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13,
                                          12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    const __m256i far = _mm256_add_epi8(near, _mm256_set1_epi8(32));
    const __m256i ones = _mm256_set1_epi16(1), zero = _mm256_setzero_si256();
    while (length >= 64) {
        size_t run = (length < LARGEST_RUN ? length : LARGEST_RUN) & ~(size_t)63;
        size_t blocks = run / 64;
        length -= run;
        b += a * (uint32_t)run;
        __m256i sums = zero, before = zero, weighted = zero, weighted2 = zero;
        for (size_t block = 0; block < blocks; block++, data += 64) {
            __m256i one = _mm256_loadu_si256((const void *)data);
            __m256i two = _mm256_loadu_si256((const void *)(data + 32));
            before = _mm256_add_epi32(before, sums);
            sums = _mm256_add_epi32(sums, _mm256_add_epi32(_mm256_sad_epu8(one, zero), _mm256_sad_epu8(two, zero)));
            weighted = _mm256_add_epi32(weighted, _mm256_madd_epi16(_mm256_maddubs_epi16(one, far), ones));
            weighted2 = _mm256_add_epi32(weighted2, _mm256_madd_epi16(_mm256_maddubs_epi16(two, near), ones));
        }
        weighted = _mm256_add_epi32(_mm256_add_epi32(weighted, weighted2), _mm256_slli_epi32(before, 6));
        uint32_t lanes[8], a_lanes[8];
        _mm256_storeu_si256((void *)lanes, weighted);
        _mm256_storeu_si256((void *)a_lanes, sums);
        uint64_t b_sum = b;
        for (int lane = 0; lane < 8; lane++) {
            b_sum += lanes[lane];
            a += a_lanes[lane];
        }
        a %= MODULUS;
        b = (uint32_t)(b_sum % MODULUS);
    }
    return portable(b << 16 | a, data, length);
}
#endif

uint32_t tib_adler32(uint32_t adler, const uint8_t *data, size_t length) {
#ifdef TIB_X86
    if (length >= 64 && tib_cpu_level() >= TIB_CPU_AVX2) {
        return by_avx2(adler, data, length);
    }
#endif
    return portable(adler, data, length);
}
