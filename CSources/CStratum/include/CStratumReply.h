/*
 * CStratumReply: lines to the miner, written whole into the caller's memory or not at all.
 *
 * Every reply has id, result and error, in that order, and an error is [code,"text",null]. The id
 * is the request's own text, as it stood there; null where it had none. Lines end with \n.
 */
#ifndef RP_CSTRATUM_REPLY_H
#define RP_CSTRATUM_REPLY_H

#include "CStratumRequests.h"

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* Memory that lines are appended to. `length` <= `capacity` bytes are written; what lies behind
 * them is scratch. */
typedef struct rp_stratum_output {
    uint8_t *RP_NULLABLE bytes;
    size_t capacity;
    size_t length;
} rp_stratum_output;

/* Bounds of what is written. */
enum {
    RP_STRATUM_MAX_REPLY = 2048, /* every line of this header fits */
    RP_STRATUM_MAX_TEXT = 128,   /* bytes of a text from the caller; the rest of it is cut */
};

/* Every error that is not a verdict on a share: identifier, code, text. */
#define RP_STRATUM_ERRORS(X)                                                                       \
    X(PARSE, -32700, "parse error")                                                                \
    X(INVALID_REQUEST, -32600, "invalid request")                                                  \
    X(METHOD_NOT_FOUND, -32601, "method not found")                                                \
    X(INVALID_PARAMS, -32602, "invalid params")

/* An error that is not a verdict on a share. */
typedef enum rp_stratum_error {
#define RP_STRATUM_ERROR_CASE(name, code, text) RP_STRATUM_ERROR_##name,
    RP_STRATUM_ERRORS(RP_STRATUM_ERROR_CASE)
#undef RP_STRATUM_ERROR_CASE
} rp_stratum_error;

/* How many errors there are; valid ones are 0 ..< RP_STRATUM_ERROR_COUNT. */
enum { RP_STRATUM_ERROR_COUNT = 4 };

/* All functions below return false, and leave output->length as it was, when the line does not fit
 * or a level is out of bounds. */

/* {"id":ID,"result":true|false,"error":null} */
RP_NODISCARD bool rp_stratum_reply_bool(rp_stratum_output *output, const rp_stratum_value *id,
                                        bool result);

/* The answer to a submit: true for RP_SHARE_ACCEPTED, else the verdict's code and text. */
RP_NODISCARD bool rp_stratum_reply_verdict(rp_stratum_output *output, const rp_stratum_value *id,
                                           rp_share_verdict verdict);

/* {"id":ID,"result":null,"error":[CODE,"TEXT",null]} with a row of RP_STRATUM_ERRORS; the first one
 * for a value outside the enum. */
RP_NODISCARD bool rp_stratum_reply_error(rp_stratum_output *output, const rp_stratum_value *id,
                                         rp_stratum_error error);

/* The same with the caller's code and text. Of the text, quotes and backslashes are escaped, and
 * every byte that is not printable ASCII becomes `?`. */
RP_NODISCARD bool rp_stratum_reply_refusal(rp_stratum_output *output, const rp_stratum_value *id,
                                           int32_t code, const char *text);

/* {"id":ID,"result":[[["mining.set_difficulty","TOKEN"],["mining.notify","TOKEN"]],
 * "EXTRANONCE1",8],"error":null} in one line; the token in hex is what a resuming miner sends back.
 */
RP_NODISCARD bool rp_stratum_reply_subscribe(rp_stratum_output *output, const rp_stratum_value *id,
                                             const uint8_t *token16, const uint8_t *extranonce1_4);

/* The answer to a configure: true or false for each extension asked for, the mask `version_mask`
 * (pool's and miner's) with version-rolling, false for version-rolling when it is 0.
 * minimum-difficulty is true when a minimum could be read. */
RP_NODISCARD bool rp_stratum_reply_configure(rp_stratum_output *output, const rp_stratum_value *id,
                                             const rp_stratum_configure *configure,
                                             uint32_t version_mask);

/* {"id":ID,"result":"pong","error":null}, the answer to mining.ping. */
RP_NODISCARD bool rp_stratum_reply_pong(rp_stratum_output *output, const rp_stratum_value *id);

/* mining.set_difficulty with the exact difficulty of a level. It holds from the next job on. */
RP_NODISCARD bool rp_stratum_write_difficulty(rp_stratum_output *output, uint8_t level);

/* mining.set_version_mask, 8 hex digits. */
RP_NODISCARD bool rp_stratum_write_version_mask(rp_stratum_output *output, uint32_t mask);

/* mining.set_extranonce; extranonce2 stays 8 bytes. */
RP_NODISCARD bool rp_stratum_write_extranonce(rp_stratum_output *output,
                                              const uint8_t *extranonce1_4);

/* client.reconnect without a host: to the same address. */
RP_NODISCARD bool rp_stratum_write_reconnect(rp_stratum_output *output);

/* client.show_message; the text is treated as that of rp_stratum_reply_refusal. */
RP_NODISCARD bool rp_stratum_write_message(rp_stratum_output *output, const char *text);

/* client.get_version, a request of ours with that number as its id. */
RP_NODISCARD bool rp_stratum_write_get_version(rp_stratum_output *output, uint32_t id);

/* mining.ping, a request of ours with that number as its id. */
RP_NODISCARD bool rp_stratum_write_ping(rp_stratum_output *output, uint32_t id);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
