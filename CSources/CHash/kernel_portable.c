/* The portable one-lane kernel: the reference that every other kernel is tested against. */
#include "kernels.h"

const uint32_t rp__hash_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

const uint32_t rp_hash_initial_state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                           0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

#include "compress_scalar.h"

static void read_block(uint32_t *words16, const uint8_t *block64) {
    for (size_t i = 0; i < 16; i++) {
        words16[i] = rp__load_be32(block64 + 4 * i);
    }
}

static void portable_compress(uint32_t *out, const uint32_t *in, const uint32_t *words16) {
    RP_COMPRESS(out, in, words16);
}

static void portable_digest(uint32_t *out, const uint32_t *words) {
    RP_COMPRESS_DIGEST(out, rp_hash_initial_state, words);
}

static void portable_scheduled(uint32_t *out, const uint32_t *in, const uint32_t *scheduled64) {
    RP_COMPRESS_SCHEDULED(out, in, scheduled64);
}

void rp__hash_portable_bytes(uint32_t *state8, const uint8_t *blocks, size_t block_count) {
    for (; block_count > 0; block_count--, blocks += 64) {
        uint32_t words16[16];
        read_block(words16, blocks);
        portable_compress(state8, state8, words16);
    }
}

static void one_lane_blocks(uint32_t *words16, const uint8_t *const *blocks) {
    read_block(words16, blocks[0]);
}

void rp__one_lane_words(uint32_t *words8, const uint32_t *const *sources) {
    memcpy(words8, sources[0], 32);
}

void rp__one_lane_broadcast(uint32_t *words8, const uint32_t *source8) {
    memcpy(words8, source8, 32);
}

void rp_hash_expand(uint32_t *scheduled64, const uint32_t *words16) {
    uint32_t w[64];
    for (size_t i = 0; i < 64; i++) {
        w[i] =
            i < 16 ? words16[i] : w[i - 16] + RP_SSIG0(w[i - 15]) + w[i - 7] + RP_SSIG1(w[i - 2]);
        scheduled64[i] = w[i] + rp__hash_k[i];
    }
}

const rp_hash_ops rp__hash_portable = {
    .kernel = RP_HASH_PORTABLE,
    .name = "portable",
    .lanes = 1,
    .initial_state = rp_hash_initial_state,
    .compress = portable_compress,
    .compress_digest = portable_digest,
    .compress_scheduled = portable_scheduled,
    .load_blocks = one_lane_blocks,
    .load_words = rp__one_lane_words,
    .broadcast_words = rp__one_lane_broadcast,
    .store_digests = rp__store_digest,
    .compress_bytes = rp__hash_portable_bytes,
};
