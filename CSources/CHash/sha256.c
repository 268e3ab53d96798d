/* SHA-256 of one message: streams, double and tagged hashes, midstates. FIPS 180-4, BIP340. */
#include "kernels.h"

void rp_hash_init(rp_hash_stream *stream, const rp_hash_engine *engine) {
    memcpy(stream->state, rp_hash_initial_state, 32);
    memset(stream->pending, 0, sizeof stream->pending);
    stream->length = 0;
    stream->engine = *engine;
}

void rp_hash_update(rp_hash_stream *stream, const uint8_t *bytes, size_t length) {
    if (length == 0) {
        return;
    }
    const rp_hash_ops *ops = stream->engine.single;
    const size_t held = stream->length % 64;
    stream->length += length;
    if (held != 0) {
        const size_t missing = 64 - held;
        if (length < missing) {
            memcpy(stream->pending + held, bytes, length);
            return;
        }
        memcpy(stream->pending + held, bytes, missing);
        ops->compress_bytes(stream->state, stream->pending, 1);
        bytes += missing;
        length -= missing;
    }
    ops->compress_bytes(stream->state, bytes, length / 64);
    memcpy(stream->pending, bytes + length / 64 * 64, length % 64);
}

/* Pads the last, partial block (FIPS 180-4 section 5.1.1): 0x80, zeros, the length in bits. */
static void finish(const rp_hash_ops *ops, uint32_t *state8, const uint8_t *rest,
                   size_t rest_length, uint64_t total_length) {
    uint8_t last[128] = {0};
    const size_t padded = rest_length < 56 ? 64 : 128;
    if (rest_length > 0) {
        memcpy(last, rest, rest_length);
    }
    last[rest_length] = 0x80;
    rp__store_be64(last + padded - 8, total_length << 3);
    ops->compress_bytes(state8, last, padded / 64);
}

void rp_hash_final(rp_hash_stream *stream, uint8_t *out32) {
    finish(stream->engine.single, stream->state, stream->pending, stream->length % 64,
           stream->length);
    rp__store_digest(out32, stream->state);
    memset(stream, 0, sizeof *stream);
}

static void hash_once(const rp_hash_ops *ops, uint32_t *state8, const uint8_t *bytes,
                      size_t length) {
    memcpy(state8, rp_hash_initial_state, 32);
    const size_t whole = length / 64;
    if (whole > 0) {
        ops->compress_bytes(state8, bytes, whole);
        bytes += 64 * whole;
    }
    finish(ops, state8, bytes, length % 64, length);
}

void rp_hash_sha256(const rp_hash_engine *engine, uint8_t *out32, const uint8_t *bytes,
                    size_t length) {
    uint32_t state8[8];
    hash_once(engine->single, state8, bytes, length);
    rp__store_digest(out32, state8);
}

void rp_hash_sha256d(const rp_hash_engine *engine, uint8_t *out32, const uint8_t *bytes,
                     size_t length) {
    uint32_t state8[8];
    hash_once(engine->single, state8, bytes, length);
    engine->single->compress_digest(state8, state8);
    rp__store_digest(out32, state8);
}

void rp_hash_tagged_init(rp_hash_stream *stream, const rp_hash_engine *engine, const uint8_t *tag,
                         size_t tag_length) {
    uint8_t tag_hashes[64];
    rp_hash_sha256(engine, tag_hashes, tag, tag_length);
    memcpy(tag_hashes + 32, tag_hashes, 32);
    rp_hash_init(stream, engine);
    rp_hash_update(stream, tag_hashes, 64);
}

void rp_hash_tagged(const rp_hash_engine *engine, uint8_t *out32, const uint8_t *tag,
                    size_t tag_length, const uint8_t *bytes, size_t length) {
    rp_hash_stream stream;
    rp_hash_tagged_init(&stream, engine, tag, tag_length);
    rp_hash_update(&stream, bytes, length);
    rp_hash_final(&stream, out32);
}

void rp_hash_midstate(const rp_hash_engine *engine, uint32_t *state8, const uint8_t *blocks,
                      size_t block_count) {
    memcpy(state8, rp_hash_initial_state, 32);
    engine->single->compress_bytes(state8, blocks, block_count);
}

void rp_hash_header_from_midstate(const rp_hash_engine *engine, uint8_t *out32,
                                  const uint32_t *midstate8, const uint8_t *tail16) {
    uint32_t state8[8];
    uint32_t words16[16] = {rp__load_be32(tail16), rp__load_be32(tail16 + 4),
                            rp__load_be32(tail16 + 8), rp__load_be32(tail16 + 12), 0x80000000};
    words16[15] = 80 * 8;
    engine->single->compress(state8, midstate8, words16);
    engine->single->compress_digest(state8, state8);
    rp__store_digest(out32, state8);
}
