/* XTEA by AVX2: 8 blocks a register. */
#include "internal.h"

#ifdef TIB_X86
#pragma GCC target("avx2")
#include <immintrin.h>

typedef __m256i vector;
enum { GROUP = 64 }; /* bytes of blocks in a pair of registers */

#define VECTOR_ADD _mm256_add_epi32
#define VECTOR_SUB _mm256_sub_epi32
#define VECTOR_XOR _mm256_xor_si256
#define VECTOR_LEFT _mm256_slli_epi32
#define VECTOR_RIGHT _mm256_srli_epi32
#define VECTOR_ALL _mm256_set1_epi32

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

#include "xtea_vector.h"

size_t tib_xtea_encrypt_avx2(const tib_xtea *schedule, uint8_t *data, size_t length) {
    BY_GROUPS(encrypt);
}

size_t tib_xtea_decrypt_avx2(const tib_xtea *schedule, uint8_t *data, size_t length) {
    BY_GROUPS(decrypt);
}
#else
typedef int tib_xtea_avx2_is_x86_only;
#endif
