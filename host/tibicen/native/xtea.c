/* XTEA: the key schedule, the portable loop, and the choice of the widest one that this CPU has. */
#include "internal.h"

void tib_xtea_init(tib_xtea *schedule, const uint32_t key[4]) {
    uint32_t sum = 0;
    for (int cycle = 0; cycle < 32; cycle++) {
        schedule->round_keys[2 * cycle] = sum + key[sum & 3];
        sum += 0x9e3779b9u;
        schedule->round_keys[2 * cycle + 1] = sum + key[(sum >> 11) & 3];
    }
}

/* Several blocks at once, because one block is a chain of dependent steps that leaves most of the CPU idle. */
static inline void encrypt_blocks(const uint32_t *keys, uint8_t *data, int blocks) {
    uint32_t v0[4], v1[4];
    for (int b = 0; b < blocks; b++) {
        v0[b] = tib_load32(data + 8 * b);
        v1[b] = tib_load32(data + 8 * b + 4);
    }
    for (int round = 0; round < 64; round += 2) {
        for (int b = 0; b < blocks; b++) {
            v0[b] += (((v1[b] << 4) ^ (v1[b] >> 5)) + v1[b]) ^ keys[round];
        }
        for (int b = 0; b < blocks; b++) {
            v1[b] += (((v0[b] << 4) ^ (v0[b] >> 5)) + v0[b]) ^ keys[round + 1];
        }
    }
    for (int b = 0; b < blocks; b++) {
        tib_store32(data + 8 * b, v0[b]);
        tib_store32(data + 8 * b + 4, v1[b]);
    }
}

static inline void decrypt_blocks(const uint32_t *keys, uint8_t *data, int blocks) {
    uint32_t v0[4], v1[4];
    for (int b = 0; b < blocks; b++) {
        v0[b] = tib_load32(data + 8 * b);
        v1[b] = tib_load32(data + 8 * b + 4);
    }
    for (int round = 62; round >= 0; round -= 2) {
        for (int b = 0; b < blocks; b++) {
            v1[b] -= (((v0[b] << 4) ^ (v0[b] >> 5)) + v0[b]) ^ keys[round + 1];
        }
        for (int b = 0; b < blocks; b++) {
            v0[b] -= (((v1[b] << 4) ^ (v1[b] >> 5)) + v1[b]) ^ keys[round];
        }
    }
    for (int b = 0; b < blocks; b++) {
        tib_store32(data + 8 * b, v0[b]);
        tib_store32(data + 8 * b + 4, v1[b]);
    }
}

#define BY_BLOCKS(work)                                                 \
    for (; length - done >= 32; done += 32) {                           \
        work(schedule->round_keys, data + done, 4);                     \
    }                                                                   \
    switch ((length - done) / 8) {                                      \
    case 3:                                                             \
        work(schedule->round_keys, data + done, 3);                     \
        break;                                                          \
    case 2:                                                             \
        work(schedule->round_keys, data + done, 2);                     \
        break;                                                          \
    case 1:                                                             \
        work(schedule->round_keys, data + done, 1);                     \
    }                                                                   \
    return TIB_OK

int tib_xtea_encrypt(const tib_xtea *schedule, uint8_t *data, size_t length) {
    if (length % 8 != 0) {
        return TIB_BAD_BLOCK;
    }
    size_t done = 0;
#ifdef TIB_X86
    int level = tib_cpu_level();
    if (level >= TIB_CPU_AVX512) {
        done = tib_xtea_encrypt_avx512(schedule, data, length);
    }
    if (level >= TIB_CPU_AVX2) {
        done += tib_xtea_encrypt_avx2(schedule, data + done, length - done);
    }
#endif
    BY_BLOCKS(encrypt_blocks);
}

int tib_xtea_decrypt(const tib_xtea *schedule, uint8_t *data, size_t length) {
    if (length % 8 != 0) {
        return TIB_BAD_BLOCK;
    }
    size_t done = 0;
#ifdef TIB_X86
    int level = tib_cpu_level();
    if (level >= TIB_CPU_AVX512) {
        done = tib_xtea_decrypt_avx512(schedule, data, length);
    }
    if (level >= TIB_CPU_AVX2) {
        done += tib_xtea_decrypt_avx2(schedule, data + done, length - done);
    }
#endif
    BY_BLOCKS(decrypt_blocks);
}
