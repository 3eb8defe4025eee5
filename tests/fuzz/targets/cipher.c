/* XTEA and Adler-32: every level of vector instructions comes to what plain C comes to. First byte: where it begins. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) {
        return 0;
    }
    size_t skew = data[0] % 8;
    data++;
    size--;
    tib_xtea key;
    tib_xtea_init(&key, fuzz_key);
    tib_cpu_set_level(TIB_CPU_PORTABLE);
    uint32_t sum = tib_adler32(1, data, size);
    uint8_t *plain = copy_of(data, size);
    int error = tib_xtea_encrypt(&key, plain, size);
    must(error == (size % 8 ? TIB_BAD_BLOCK : TIB_OK));
    for (int level = TIB_CPU_PORTABLE; level <= tib_cpu_best(); level++) {
        tib_cpu_set_level(level);
        uint8_t *memory = malloc(size + skew + 1);
        uint8_t *copy = memory + skew;
        if (size) {
            memcpy(copy, data, size);
        }
        must(tib_adler32(1, copy, size) == sum);
        must(tib_xtea_encrypt(&key, copy, size) == error);
        must(memcmp(copy, plain, size) == 0);
        must(tib_xtea_decrypt(&key, copy, size) == error);
        must(memcmp(copy, data, size) == 0);
        free(memory);
    }
    free(plain);
    return 0;
}
