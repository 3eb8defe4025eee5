/* The rival of the native core: the same work, one block and one byte after the other, as a textbook has it.
   Compiled by the benchmark with -O2. XTEA gets its round keys ready-made, like the core. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

uint32_t scalar_nothing(void) {
    return 0;
}

void scalar_xtea_encrypt(const uint32_t *keys, uint8_t *data, size_t length) {
    for (size_t at = 0; at < length; at += 8) {
        uint32_t v[2];
        memcpy(v, data + at, 8);
        for (int round = 0; round < 64; round += 2) {
            v[0] += (((v[1] << 4) ^ (v[1] >> 5)) + v[1]) ^ keys[round];
            v[1] += (((v[0] << 4) ^ (v[0] >> 5)) + v[0]) ^ keys[round + 1];
        }
        memcpy(data + at, v, 8);
    }
}

void scalar_xtea_decrypt(const uint32_t *keys, uint8_t *data, size_t length) {
    for (size_t at = 0; at < length; at += 8) {
        uint32_t v[2];
        memcpy(v, data + at, 8);
        for (int round = 62; round >= 0; round -= 2) {
            v[1] -= (((v[0] << 4) ^ (v[0] >> 5)) + v[0]) ^ keys[round + 1];
            v[0] -= (((v[1] << 4) ^ (v[1] >> 5)) + v[1]) ^ keys[round];
        }
        memcpy(data + at, v, 8);
    }
}

uint32_t scalar_adler32(uint32_t adler, const uint8_t *data, size_t length) {
    uint32_t a = adler & 0xffff, b = adler >> 16;
    while (length > 0) {
        size_t run = length < 5552 ? length : 5552;
        length -= run;
        while (run-- > 0) {
            a += *data++;
            b += a;
        }
        a %= 65521;
        b %= 65521;
    }
    return b << 16 | a;
}

/* Calls a checksum from C, as the framing does: what is measured is the checksum and no call from Python. */
typedef uint32_t (*scalar_sum)(uint32_t adler, const uint8_t *data, size_t length);

uint32_t scalar_repeat(scalar_sum sum, const uint8_t *data, size_t length, uint32_t times) {
    uint32_t all = 0;
    while (times-- > 0) {
        all ^= sum(1, data, length);
    }
    return all;
}

unsigned long adler32(unsigned long adler, const uint8_t *data, unsigned int length);

uint32_t scalar_zlib(uint32_t adler, const uint8_t *data, size_t length) {
    return (uint32_t)adler32(adler, data, (unsigned int)length);
}

/* A frame of the Adler stack: u16 length | u32 Adler-32 | encrypted (u16 n | messages | padding). `frame` has room for
   8 bytes before the messages and 7 behind them; gives the frame's length, which starts at frame. */
size_t scalar_seal(const uint32_t *keys, uint8_t *frame, size_t length) {
    uint8_t *body = frame + 6;
    size_t size = length + 2, padding = (8 - size % 8) % 8;
    uint16_t inner = (uint16_t)length, outer;
    memset(body + size, 0x33, padding);
    size += padding;
    memcpy(body, &inner, 2);
    scalar_xtea_encrypt(keys, body, size);
    uint32_t sum = scalar_adler32(1, body, size);
    outer = (uint16_t)(size + 4);
    memcpy(frame, &outer, 2);
    memcpy(frame + 2, &sum, 4);
    return size + 6;
}

/* Opens such a frame; gives the messages' length, or -1 for one that is broken. */
int64_t scalar_open(const uint32_t *keys, uint8_t *frame, size_t length) {
    uint16_t outer, inner;
    uint32_t sum;
    memcpy(&outer, frame, 2);
    memcpy(&sum, frame + 2, 4);
    if (outer + 2u != length || (length - 6) % 8 != 0 || sum != scalar_adler32(1, frame + 6, length - 6)) {
        return -1;
    }
    scalar_xtea_decrypt(keys, frame + 6, length - 6);
    memcpy(&inner, frame + 6, 2);
    return inner + 8u > length ? -1 : inner;
}
