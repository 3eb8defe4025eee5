/* XTEA by AVX-512: 16 blocks a register. */
#include "internal.h"

#ifdef TIB_X86
#pragma GCC target("avx512f,avx512vl,avx512bw")
#include <immintrin.h>

typedef __m512i vector;
enum { GROUP = 128 }; /* bytes of blocks in a pair of registers */

#define VECTOR_ADD _mm512_add_epi32
#define VECTOR_SUB _mm512_sub_epi32
#define VECTOR_XOR _mm512_xor_si512
#define VECTOR_LEFT _mm512_slli_epi32
#define VECTOR_RIGHT _mm512_srli_epi32
#define VECTOR_ALL _mm512_set1_epi32

static inline __attribute__((always_inline)) void load(const uint8_t *data, vector *first, vector *second) {
    vector a = _mm512_loadu_si512((const void *)data);
    vector b = _mm512_loadu_si512((const void *)(data + GROUP / 2));
    *first = _mm512_castps_si512(_mm512_shuffle_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b), 0x88));
    *second = _mm512_castps_si512(_mm512_shuffle_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b), 0xdd));
}

static inline __attribute__((always_inline)) void store(uint8_t *data, vector first, vector second) {
    _mm512_storeu_si512((void *)data, _mm512_unpacklo_epi32(first, second));
    _mm512_storeu_si512((void *)(data + GROUP / 2), _mm512_unpackhi_epi32(first, second));
}

#include "xtea_vector.h"

size_t tib_xtea_encrypt_avx512(const tib_xtea *schedule, uint8_t *data, size_t length) {
    BY_GROUPS(encrypt);
}

size_t tib_xtea_decrypt_avx512(const tib_xtea *schedule, uint8_t *data, size_t length) {
    BY_GROUPS(decrypt);
}
#else
typedef int tib_xtea_avx512_is_x86_only;
#endif
