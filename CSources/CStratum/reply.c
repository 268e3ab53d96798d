/* Replies and notifications; see CStratumReply.h. */
#include "output.h"

/* An integer in decimal. */
static void put_integer(rp__line *line, int64_t value) {
    uint8_t text[20];
    size_t at = sizeof text;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        text[--at] = (uint8_t)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        text[--at] = '-';
    }
    rp__put(line, text + at, sizeof text - at);
}

/* A JSON string from the caller's text, cut and made printable. */
static void put_text(rp__line *line, const char *text) {
    RP__PUT(line, "\"");
    for (size_t i = 0; i < RP_STRATUM_MAX_TEXT && text[i] != 0; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (byte == '"' || byte == '\\') {
            RP__PUT(line, "\\");
        }
        byte = byte >= 0x20 && byte <= 0x7e ? byte : '?';
        rp__put(line, &byte, 1);
    }
    RP__PUT(line, "\"");
}

/* The id as it stood in the request. The scanners let none pass that is no scalar of JSON, so it
 * cannot end the string or begin another member. */
static void put_id(rp__line *line, const rp_stratum_value *id) {
    RP__PUT(line, "{\"id\":");
    if (id->type == RP_STRATUM_MISSING) {
        RP__PUT(line, "null");
    } else if (id->type == RP_STRATUM_STRING) {
        RP__PUT(line, "\"");
        rp__put(line, id->bytes, id->length);
        RP__PUT(line, "\"");
    } else {
        rp__put(line, id->bytes, id->length);
    }
}

static bool reply_error(rp_stratum_output *output, const rp_stratum_value *id, int64_t code,
                        const char *text) {
    rp__line line = rp__line_begin(output);
    put_id(&line, id);
    RP__PUT(&line, ",\"result\":null,\"error\":[");
    put_integer(&line, code);
    RP__PUT(&line, ",");
    put_text(&line, text);
    RP__PUT(&line, ",null]}\n");
    return rp__line_end(&line);
}

bool rp_stratum_reply_bool(rp_stratum_output *output, const rp_stratum_value *id, bool result) {
    rp__line line = rp__line_begin(output);
    put_id(&line, id);
    if (result) {
        RP__PUT(&line, ",\"result\":true,\"error\":null}\n");
    } else {
        RP__PUT(&line, ",\"result\":false,\"error\":null}\n");
    }
    return rp__line_end(&line);
}

bool rp_stratum_reply_verdict(rp_stratum_output *output, const rp_stratum_value *id,
                              rp_share_verdict verdict) {
    if (verdict == RP_SHARE_ACCEPTED) {
        return rp_stratum_reply_bool(output, id, true);
    }
    return reply_error(output, id, rp_share_verdict_code(verdict), rp_share_verdict_text(verdict));
}

static const struct {
    int32_t code;
    const char *text;
} errors[] = {
#define ROW(name, code, text) [RP_STRATUM_ERROR_##name] = {code, text},
    RP_STRATUM_ERRORS(ROW)
#undef ROW
};

_Static_assert(sizeof errors / sizeof errors[0] == RP_STRATUM_ERROR_COUNT, "one row an error");

bool rp_stratum_reply_error(rp_stratum_output *output, const rp_stratum_value *id,
                            rp_stratum_error error) {
    const uint32_t index = (uint32_t)error < RP_STRATUM_ERROR_COUNT ? (uint32_t)error : 0;
    return reply_error(output, id, errors[index].code, errors[index].text);
}

bool rp_stratum_reply_refusal(rp_stratum_output *output, const rp_stratum_value *id, int32_t code,
                              const char *text) {
    return reply_error(output, id, code, text);
}

bool rp_stratum_reply_subscribe(rp_stratum_output *output, const rp_stratum_value *id,
                                const uint8_t *token16, const uint8_t *extranonce1_4) {
    rp__line line = rp__line_begin(output);
    put_id(&line, id);
    RP__PUT(&line, ",\"result\":[[[\"mining.set_difficulty\",\"");
    rp__put_hex(&line, token16, RP_STRATUM_TOKEN_LENGTH);
    RP__PUT(&line, "\"],[\"mining.notify\",\"");
    rp__put_hex(&line, token16, RP_STRATUM_TOKEN_LENGTH);
    RP__PUT(&line, "\"]],\"");
    rp__put_hex(&line, extranonce1_4, RP_SHARE_EXTRANONCE1_LENGTH);
    RP__PUT(&line, "\",");
    put_integer(&line, RP_SHARE_EXTRANONCE2_LENGTH);
    RP__PUT(&line, "],\"error\":null}\n");
    return rp__line_end(&line);
}

/* A member of configure's result, with a comma before all but the first. */
static void put_extension(rp__line *line, bool *first, const char *name, bool granted) {
    if (!*first) {
        RP__PUT(line, ",");
    }
    *first = false;
    RP__PUT(line, "\"");
    rp__put(line, name, strlen(name));
    if (granted) {
        RP__PUT(line, "\":true");
    } else {
        RP__PUT(line, "\":false");
    }
}

bool rp_stratum_reply_configure(rp_stratum_output *output, const rp_stratum_value *id,
                                const rp_stratum_configure *configure, uint32_t version_mask) {
    rp__line line = rp__line_begin(output);
    bool first = true;
    put_id(&line, id);
    RP__PUT(&line, ",\"result\":{");
    if (configure->version_rolling) {
        put_extension(&line, &first, "version-rolling", version_mask != 0);
        if (version_mask != 0) {
            RP__PUT(&line, ",\"version-rolling.mask\":\"");
            rp__put_hex32(&line, version_mask);
            RP__PUT(&line, "\"");
        }
    }
    if (configure->minimum_difficulty) {
        put_extension(&line, &first, "minimum-difficulty", configure->has_minimum_level);
    }
    if (configure->subscribe_extranonce) {
        put_extension(&line, &first, "subscribe-extranonce", true);
    }
    if (configure->info) {
        put_extension(&line, &first, "info", true);
    }
    for (uint32_t i = 0; i < configure->unknown_count && i < RP_STRATUM_MAX_EXTENSIONS; i++) {
        if (!first) {
            RP__PUT(&line, ",");
        }
        first = false;
        RP__PUT(&line, "\"");
        rp__put(&line, configure->unknown[i].bytes, configure->unknown[i].length);
        RP__PUT(&line, "\":false");
    }
    RP__PUT(&line, "},\"error\":null}\n");
    return rp__line_end(&line);
}

bool rp_stratum_reply_pong(rp_stratum_output *output, const rp_stratum_value *id) {
    rp__line line = rp__line_begin(output);
    put_id(&line, id);
    RP__PUT(&line, ",\"result\":\"pong\",\"error\":null}\n");
    return rp__line_end(&line);
}

bool rp_stratum_write_difficulty(rp_stratum_output *output, uint8_t level) {
    uint8_t text[RP_STRATUM_MAX_DIFFICULTY_TEXT];
    const size_t length = rp_stratum_level_difficulty(text, level);
    rp__line line = rp__line_begin(output);
    RP__PUT(&line, "{\"id\":null,\"method\":\"mining.set_difficulty\",\"params\":[");
    rp__put(&line, text, length);
    RP__PUT(&line, "]}\n");
    return length > 0 && rp__line_end(&line);
}

bool rp_stratum_write_version_mask(rp_stratum_output *output, uint32_t mask) {
    rp__line line = rp__line_begin(output);
    RP__PUT(&line, "{\"id\":null,\"method\":\"mining.set_version_mask\",\"params\":[\"");
    rp__put_hex32(&line, mask);
    RP__PUT(&line, "\"]}\n");
    return rp__line_end(&line);
}

bool rp_stratum_write_extranonce(rp_stratum_output *output, const uint8_t *extranonce1_4) {
    rp__line line = rp__line_begin(output);
    RP__PUT(&line, "{\"id\":null,\"method\":\"mining.set_extranonce\",\"params\":[\"");
    rp__put_hex(&line, extranonce1_4, RP_SHARE_EXTRANONCE1_LENGTH);
    RP__PUT(&line, "\",");
    put_integer(&line, RP_SHARE_EXTRANONCE2_LENGTH);
    RP__PUT(&line, "]}\n");
    return rp__line_end(&line);
}

bool rp_stratum_write_reconnect(rp_stratum_output *output) {
    rp__line line = rp__line_begin(output);
    RP__PUT(&line, "{\"id\":null,\"method\":\"client.reconnect\",\"params\":[]}\n");
    return rp__line_end(&line);
}

bool rp_stratum_write_message(rp_stratum_output *output, const char *text) {
    rp__line line = rp__line_begin(output);
    RP__PUT(&line, "{\"id\":null,\"method\":\"client.show_message\",\"params\":[");
    put_text(&line, text);
    RP__PUT(&line, "]}\n");
    return rp__line_end(&line);
}

static bool write_request(rp_stratum_output *output, uint32_t id, const char *method) {
    rp__line line = rp__line_begin(output);
    RP__PUT(&line, "{\"id\":");
    put_integer(&line, id);
    RP__PUT(&line, ",\"method\":\"");
    rp__put(&line, method, strlen(method));
    RP__PUT(&line, "\",\"params\":[]}\n");
    return rp__line_end(&line);
}

bool rp_stratum_write_get_version(rp_stratum_output *output, uint32_t id) {
    return write_request(output, id, "client.get_version");
}

bool rp_stratum_write_ping(rp_stratum_output *output, uint32_t id) {
    return write_request(output, id, "mining.ping");
}
