/* XTEA by AVX2: 8 blocks a register, several registers at once, because one block is a chain of dependent steps.
   A register holds the first or the second words of its blocks; which lane is whose doesn't matter in between. */
#include "internal.h"

#ifdef TIB_X86
#pragma GCC target("avx2")
#include <immintrin.h>

typedef __m256i vector;
enum { GROUP = 64 }; /* bytes of blocks in a pair of registers */

#define SHIFT_MIX(v) _mm256_add_epi32(_mm256_xor_si256(_mm256_slli_epi32(v, 4), _mm256_srli_epi32(v, 5)), v)

static inline __attribute__((always_inline)) void load(const uint8_t *data, vector *first, vector *second) {
    vector a = _mm256_loadu_si256((const void *)data);
    vector b = _mm256_loadu_si256((const void *)(data + GROUP / 2));
    *first = _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0x88));
    *second = _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0xdd));
}

static inline __attribute__((always_inline)) void store(uint8_t *data, vector first, vector second) {
    _mm256_storeu_si256((void *)data, _mm256_unpacklo_epi32(first, second));
    _mm256_storeu_si256((void *)(data + GROUP / 2), _mm256_unpackhi_epi32(first, second));
}

static inline __attribute__((always_inline)) void encrypt(const uint32_t *keys, uint8_t *data, int groups) {
    vector v0[4], v1[4];
    for (int g = 0; g < groups; g++) {
        load(data + g * GROUP, &v0[g], &v1[g]);
    }
    for (int round = 0; round < 64; round += 2) {
        vector even = _mm256_set1_epi32((int)keys[round]), odd = _mm256_set1_epi32((int)keys[round + 1]);
        for (int g = 0; g < groups; g++) {
            v0[g] = _mm256_add_epi32(v0[g], _mm256_xor_si256(SHIFT_MIX(v1[g]), even));
        }
        for (int g = 0; g < groups; g++) {
            v1[g] = _mm256_add_epi32(v1[g], _mm256_xor_si256(SHIFT_MIX(v0[g]), odd));
        }
    }
    for (int g = 0; g < groups; g++) {
        store(data + g * GROUP, v0[g], v1[g]);
    }
}

static inline __attribute__((always_inline)) void decrypt(const uint32_t *keys, uint8_t *data, int groups) {
    vector v0[4], v1[4];
    for (int g = 0; g < groups; g++) {
        load(data + g * GROUP, &v0[g], &v1[g]);
    }
    for (int round = 62; round >= 0; round -= 2) {
        vector even = _mm256_set1_epi32((int)keys[round]), odd = _mm256_set1_epi32((int)keys[round + 1]);
        for (int g = 0; g < groups; g++) {
            v1[g] = _mm256_sub_epi32(v1[g], _mm256_xor_si256(SHIFT_MIX(v0[g]), odd));
        }
        for (int g = 0; g < groups; g++) {
            v0[g] = _mm256_sub_epi32(v0[g], _mm256_xor_si256(SHIFT_MIX(v1[g]), even));
        }
    }
    for (int g = 0; g < groups; g++) {
        store(data + g * GROUP, v0[g], v1[g]);
    }
}

#define BY_GROUPS(work)                                                 \
    size_t done = 0;                                                    \
    for (; length - done >= 4 * GROUP; done += 4 * GROUP) {             \
        work(schedule->round_keys, data + done, 4);                     \
    }                                                                   \
    for (; length - done >= 2 * GROUP; done += 2 * GROUP) {             \
        work(schedule->round_keys, data + done, 2);                     \
    }                                                                   \
    for (; length - done >= GROUP; done += GROUP) {                     \
        work(schedule->round_keys, data + done, 1);                     \
    }                                                                   \
    return done

size_t tib_xtea_encrypt_avx2(const tib_xtea *schedule, uint8_t *data, size_t length) {
    BY_GROUPS(encrypt);
}

size_t tib_xtea_decrypt_avx2(const tib_xtea *schedule, uint8_t *data, size_t length) {
    BY_GROUPS(decrypt);
}
#else
typedef int tib_xtea_avx2_is_x86_only;
#endif
