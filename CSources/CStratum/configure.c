/* Params of mining.configure (BIP310); see CStratumRequests.h. */
#include "internal.h"

#include <string.h>

static void add_extension(rp_stratum_configure *configure, const rp_stratum_value *name) {
    if (rp__json_reads(name, "version-rolling")) {
        configure->version_rolling = true;
    } else if (rp__json_reads(name, "minimum-difficulty")) {
        configure->minimum_difficulty = true;
    } else if (rp__json_reads(name, "subscribe-extranonce")) {
        configure->subscribe_extranonce = true;
    } else if (rp__json_reads(name, "info")) {
        configure->info = true;
    } else if (name->length <= RP_STRATUM_MAX_EXTENSION &&
               configure->unknown_count < RP_STRATUM_MAX_EXTENSIONS) {
        for (uint32_t i = 0; i < configure->unknown_count; i++) {
            if (rp__json_same_text(&configure->unknown[i], name)) {
                return;
            }
        }
        configure->unknown[configure->unknown_count++] = *name;
    }
}

/* 1 to 8 hex digits; BIP310 has 8, some miners leave leading zeros out. */
static bool read_mask(uint32_t *mask, const rp_stratum_value *value) {
    uint8_t scratch[8];
    rp_stratum_slice text;
    if (!rp__text(&text, scratch, sizeof scratch, value) || text.length == 0 || text.length > 8) {
        return false;
    }
    *mask = 0;
    for (size_t i = 0; i < text.length; i++) {
        const uint8_t digit = rp__hex_digit(text.bytes[i]);
        if (digit > 15) {
            return false;
        }
        *mask = *mask << 4 | digit;
    }
    return true;
}

/* A minimum is a promise, so it is rounded up. */
static void read_minimum(rp_stratum_configure *configure, const rp_stratum_value *value,
                         rp_stratum_level_range range) {
    uint8_t scratch[64];
    rp_stratum_slice text = {value->bytes, value->length};
    if (value->type == RP_STRATUM_NUMBER || rp__text(&text, scratch, sizeof scratch, value)) {
        configure->has_minimum_level =
            rp__level_at_least(&configure->minimum_level, text.bytes, text.length, range) ==
            RP_STRATUM_LEVEL_OK;
    }
}

bool rp_stratum_configure_decode(rp_stratum_configure *configure, const rp_stratum_request *request,
                                 rp_stratum_level_range range) {
    memset(configure, 0, sizeof *configure);
    configure->version_mask = UINT32_MAX;
    const rp_stratum_value *extensions = &request->params_kept[0];
    if (extensions->type != RP_STRATUM_ARRAY) {
        return false;
    }
    rp_stratum_value key, value;
    rp__json_cursor names = rp__json_enter(extensions);
    while (rp__json_next_element(&names, &value)) {
        if (value.type != RP_STRATUM_STRING) {
            return false;
        }
        add_extension(configure, &value);
    }
    rp__json_cursor options = rp__json_enter(&request->params_kept[1]);
    while (request->params_kept[1].type == RP_STRATUM_OBJECT &&
           rp__json_next_member(&options, &key, &value)) {
        if (rp__json_reads(&key, "version-rolling.mask")) {
            if (configure->version_rolling && !read_mask(&configure->version_mask, &value)) {
                return false;
            }
        } else if (rp__json_reads(&key, "minimum-difficulty.value")) {
            read_minimum(configure, &value, range);
        }
    }
    return true;
}
