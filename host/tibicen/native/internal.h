/* What every file of the core starts with. core.h itself has no preprocessor lines, so the guard is here. */
#ifndef TIBICEN_INTERNAL_H
#define TIBICEN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core.h"

#if defined(__GNUC__) && defined(__x86_64__)
#define TIB_X86 1
#endif

static inline uint32_t tib_load32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline void tib_store32(uint8_t *at, uint32_t value) {
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    at[2] = (uint8_t)(value >> 16);
    at[3] = (uint8_t)(value >> 24);
}

static inline uint16_t tib_load16(const uint8_t *at) {
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline void tib_store16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

/* Whole groups of blocks by vector instructions; give back how many bytes were done. */
size_t tib_xtea_encrypt_avx2(const tib_xtea *schedule, uint8_t *data, size_t length);
size_t tib_xtea_decrypt_avx2(const tib_xtea *schedule, uint8_t *data, size_t length);
size_t tib_xtea_encrypt_avx512(const tib_xtea *schedule, uint8_t *data, size_t length);
size_t tib_xtea_decrypt_avx512(const tib_xtea *schedule, uint8_t *data, size_t length);

/* ---- framing.c ---- */

/* A whole frame as far as that can be told without the key: `frame` has where its body lies. */
int tib_frame_check(int stack, int flags, const uint8_t *data, size_t length, tib_frame *frame);
/* Where the messages lie inside an open body. */
int tib_frame_messages(int stack, int flags, const uint8_t *body, size_t length, size_t *offset, size_t *size);

#endif
