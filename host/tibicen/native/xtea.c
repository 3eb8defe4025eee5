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

static void encrypt_blocks(const uint32_t *keys, uint8_t *data, size_t length) {
    for (size_t at = 0; at < length; at += 8) {
        uint32_t v0 = tib_load32(data + at), v1 = tib_load32(data + at + 4);
        for (int round = 0; round < 64; round += 2) {
            v0 += (((v1 << 4) ^ (v1 >> 5)) + v1) ^ keys[round];
            v1 += (((v0 << 4) ^ (v0 >> 5)) + v0) ^ keys[round + 1];
        }
        tib_store32(data + at, v0);
        tib_store32(data + at + 4, v1);
    }
}

static void decrypt_blocks(const uint32_t *keys, uint8_t *data, size_t length) {
    for (size_t at = 0; at < length; at += 8) {
        uint32_t v0 = tib_load32(data + at), v1 = tib_load32(data + at + 4);
        for (int round = 62; round >= 0; round -= 2) {
            v1 -= (((v0 << 4) ^ (v0 >> 5)) + v0) ^ keys[round + 1];
            v0 -= (((v1 << 4) ^ (v1 >> 5)) + v1) ^ keys[round];
        }
        tib_store32(data + at, v0);
        tib_store32(data + at + 4, v1);
    }
}

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
    encrypt_blocks(schedule->round_keys, data + done, length - done);
    return TIB_OK;
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
    decrypt_blocks(schedule->round_keys, data + done, length - done);
    return TIB_OK;
}
