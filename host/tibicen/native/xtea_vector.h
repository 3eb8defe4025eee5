/* The rounds of XTEA over vectors, several registers at once, because one block is a chain of dependent steps. A register
   holds the first or the second words of its blocks; which lane is whose doesn't matter in between.

   Whoever includes it has said what a `vector` is, how many bytes of blocks a pair of them takes (GROUP), and its
   operations: VECTOR_ADD, VECTOR_SUB, VECTOR_XOR, VECTOR_LEFT, VECTOR_RIGHT, VECTOR_ALL, `load` and `store`. */
#define SHIFT_MIX(v) VECTOR_ADD(VECTOR_XOR(VECTOR_LEFT(v, 4), VECTOR_RIGHT(v, 5)), v)

static inline __attribute__((always_inline)) void encrypt(const uint32_t *keys, uint8_t *data, int groups) {
    vector v0[4], v1[4];
    for (int g = 0; g < groups; g++) {
        load(data + g * GROUP, &v0[g], &v1[g]);
    }
    for (int round = 0; round < 64; round += 2) {
        vector even = VECTOR_ALL((int)keys[round]), odd = VECTOR_ALL((int)keys[round + 1]);
        for (int g = 0; g < groups; g++) {
            v0[g] = VECTOR_ADD(v0[g], VECTOR_XOR(SHIFT_MIX(v1[g]), even));
        }
        for (int g = 0; g < groups; g++) {
            v1[g] = VECTOR_ADD(v1[g], VECTOR_XOR(SHIFT_MIX(v0[g]), odd));
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
        vector even = VECTOR_ALL((int)keys[round]), odd = VECTOR_ALL((int)keys[round + 1]);
        for (int g = 0; g < groups; g++) {
            v1[g] = VECTOR_SUB(v1[g], VECTOR_XOR(SHIFT_MIX(v0[g]), odd));
        }
        for (int g = 0; g < groups; g++) {
            v0[g] = VECTOR_SUB(v0[g], VECTOR_XOR(SHIFT_MIX(v1[g]), even));
        }
    }
    for (int g = 0; g < groups; g++) {
        store(data + g * GROUP, v0[g], v1[g]);
    }
}

/* The body of a function that works on as many whole groups as there are: bytes done. */
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
