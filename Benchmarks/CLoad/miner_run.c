/* Sending shares and taking their replies. */
#define _GNU_SOURCE /* MSG flags */

#include "miners.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { RECEIVE = 65536, ID_DIGITS = 7, REFILL = 128 };

/* ---- a submit ---- */

static void put_hex(char *out, uint64_t value, int digits) {
    for (int i = digits - 1; i >= 0; i--, value >>= 4) {
        out[i] = "0123456789abcdef"[value & 15];
    }
}

static void put_decimal(char *out, uint32_t value) {
    for (int i = ID_DIGITS - 1; i >= 0; i--, value /= 10) {
        out[i] = (char)('0' + value % 10);
    }
}

static char *put(char *at, const char *text, size_t length) {
    memcpy(at, text, length);
    return at + length;
}

#define PUT(at, literal) put((at), (literal), sizeof(literal) - 1)

static char *put_submit(char *at, const char *user, const rp__miner *miner,
                        const rp__ready *share) {
    at = PUT(at, "{\"id\":");
    put_decimal(at, miner->next_id);
    at = PUT(at + ID_DIGITS, ",\"method\":\"mining.submit\",\"params\":[\"");
    at = put(at, user, RP_MINERS_USER_LENGTH);
    at = PUT(at, "\",\"");
    at = put(at, miner->ready_job->id, sizeof miner->ready_job->id);
    at = PUT(at, "\",\"");
    put_hex(at, share->extranonce2, 16);
    at = PUT(at + 16, "\",\"");
    at = put(at, (const char *)miner->ready_job->ntime_digits, 8);
    at = PUT(at, "\",\"");
    put_hex(at, share->nonce, 8);
    return PUT(at + 8, "\"]}\n");
}

rp_load_status rp__send_shares(rp_miners *m, rp__miner *miner, uint32_t count) {
    char lines[RP_MINERS_MAX_WINDOW * RP_MINERS_LINE_LENGTH];
    const char *user = m->users + (size_t)(miner - m->each) * RP_MINERS_USER_LENGTH;
    char *end = lines;
    const uint64_t time = rp__now();
    for (uint32_t i = 0; i < count; i++) {
        end = put_submit(end, user, miner, &miner->ready[miner->ready_next++]);
        miner->sent_at[miner->next_id++ % RP_MINERS_MAX_WINDOW] = time;
    }
    return rp__send(miner->fd, lines, (size_t)(end - lines));
}

/* ---- replies ---- */

/* Whether a line is the reply `true` to the share of that id, to the last byte. */
static bool is_accepted(const char *line, size_t length, uint32_t id) {
    char expected[RP_MINERS_REPLY_LENGTH];
    char *at = PUT(expected, "{\"id\":");
    put_decimal(at, id);
    PUT(at + ID_DIGITS, ",\"result\":true,\"error\":null}");
    return length == sizeof expected - 1 && memcmp(line, expected, length) == 0;
}

static bool is_refused(const char *line, size_t length, uint32_t id) {
    static const char result[] = ",\"result\":null,\"error\":[";
    char expected[6 + ID_DIGITS + sizeof result - 1];
    char *at = PUT(expected, "{\"id\":");
    put_decimal(at, id);
    PUT(at + ID_DIGITS, result);
    return length > sizeof expected && memcmp(line, expected, sizeof expected) == 0;
}

static void take_reply(rp_miners *m, rp__miner *miner, const char *line, size_t length,
                       uint64_t time) {
    if (miner->oldest_id == miner->next_id) {
        m->totals.doubled++;
        rp__complain(m, line, length);
        return;
    }
    const uint32_t id = miner->oldest_id++;
    if (is_accepted(line, length, id)) {
        m->totals.accepted_in_all++;
        if (m->timed) {
            m->totals.accepted++;
            rp__latencies_add(&m->latencies, time - miner->sent_at[id % RP_MINERS_MAX_WINDOW]);
        }
        return;
    }
    rp__complain(m, line, length);
    if (is_refused(line, length, id)) {
        m->totals.refused++;
    } else {
        m->totals.mismatched++;
    }
}

/* Ids of shares have seven digits, and nothing else that is sent to a mining miner has. */
static bool is_reply(const char *line, size_t length) {
    return length > 6 + ID_DIGITS && line[6] >= '1' && line[6] <= '9' &&
           line[6 + ID_DIGITS] == ',' && memcmp(line, "{\"id\":", 6) == 0;
}

static rp_load_status take_line(rp_miners *m, rp__miner *miner, const char *line, size_t length,
                                uint64_t time) {
    if (miner->phase == RP__MINING && is_reply(line, length)) {
        take_reply(m, miner, line, length, time);
        return RP_LOAD_OK;
    }
    return rp__take_control(m, miner, line, length);
}

/* Keeps the beginning of a line whose end has not come yet. */
static rp_load_status keep_partial(rp__miner *miner, const char *bytes, size_t length) {
    if (length == 0) {
        return RP_LOAD_OK;
    }
    if (miner->partial == NULL) {
        miner->partial = malloc(RP__MAX_PARTIAL);
    }
    if (miner->partial == NULL || length > RP__MAX_PARTIAL) {
        return RP_LOAD_NO_MEMORY;
    }
    memcpy(miner->partial, bytes, length);
    miner->partial_length = length;
    return RP_LOAD_OK;
}

/* Closed loop: as many new shares as there were replies. */
static rp_load_status go_on(rp_miners *m, rp__miner *miner, uint32_t in_flight) {
    const uint32_t answered = in_flight - (miner->next_id - miner->oldest_id);
    if (!m->timed || m->run.rate > 0 || answered == 0) {
        return RP_LOAD_OK;
    }
    if (miner->ready_count - miner->ready_next < answered) {
        m->ran_out = true;
        return RP_LOAD_OK;
    }
    return rp__send_shares(m, miner, answered);
}

rp_load_status rp__take(rp_miners *m, uint32_t index) {
    static _Thread_local char bytes[RP__MAX_PARTIAL + RECEIVE];
    rp__miner *miner = &m->each[index];
    const size_t kept = miner->partial_length;
    if (kept > 0) {
        memcpy(bytes, miner->partial, kept);
        miner->partial_length = 0;
    }
    const ssize_t received = recv(miner->fd, bytes + kept, RECEIVE, 0);
    if (received <= 0) {
        miner->partial_length = kept;
        return received < 0 && (errno == EAGAIN || errno == EINTR) ? RP_LOAD_OK
                                                                   : RP_LOAD_DISCONNECTED;
    }
    const uint64_t time = rp__now();
    const uint32_t in_flight = miner->next_id - miner->oldest_id;
    const char *at = bytes, *end = bytes + kept + received;
    for (const char *newline; (newline = memchr(at, '\n', (size_t)(end - at))) != NULL;
         at = newline + 1) {
        const rp_load_status status = take_line(m, miner, at, (size_t)(newline - at), time);
        if (status != RP_LOAD_OK) {
            return status;
        }
    }
    const rp_load_status status = keep_partial(miner, at, (size_t)(end - at));
    return status == RP_LOAD_OK ? go_on(m, miner, in_flight) : status;
}

/* ---- a run ---- */

/* Open loop: sends what is due, miner after miner, whether or not replies have come. */
static rp_load_status send_due(rp_miners *m, uint64_t start, uint64_t *sent) {
    const uint64_t due = (rp__now() - start) * m->run.rate / 1000000000u;
    for (; *sent < due && !m->ran_out; ++*sent) {
        const uint32_t index = (uint32_t)(*sent % m->count);
        rp__miner *miner = &m->each[index];
        if (m->run.fresh &&
            (miner->ready_job != miner->job || miner->ready_next == miner->ready_count)) {
            const rp_load_status status =
                rp__make_shares(m, index, REFILL < m->count ? REFILL : m->count, 2);
            if (status != RP_LOAD_OK) {
                return status;
            }
        }
        if (miner->ready_next == miner->ready_count ||
            miner->next_id - miner->oldest_id == RP_MINERS_MAX_WINDOW) {
            m->ran_out = true;
            return RP_LOAD_OK;
        }
        const rp_load_status status = rp__send_shares(m, miner, 1);
        if (status != RP_LOAD_OK) {
            return status;
        }
    }
    return RP_LOAD_OK;
}

static rp_load_status start_windows(rp_miners *m) {
    rp_load_status status = RP_LOAD_OK;
    for (uint32_t i = 0; status == RP_LOAD_OK && i < m->count; i++) {
        rp__miner *miner = &m->each[i];
        if (miner->ready_count - miner->ready_next < m->run.window) {
            m->ran_out = true;
            return RP_LOAD_OK;
        }
        status = rp__send_shares(m, miner, m->run.window);
    }
    return status;
}

static uint64_t in_flight(const rp_miners *m) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        count += m->each[i].next_id - m->each[i].oldest_id;
    }
    return count;
}

static rp_load_status settle(rp_miners *m) {
    const uint64_t end = rp__now() + m->run.settle * 1000000u;
    rp_load_status status = RP_LOAD_OK;
    while (status == RP_LOAD_OK && in_flight(m) > 0 && rp__now() < end) {
        status = rp__take_events(m, 10);
    }
    /* A reply that comes to nothing would come about now. */
    return status == RP_LOAD_OK ? rp__take_events(m, 10) : status;
}

rp_load_status rp_miners_run(rp_miners *m, const rp_mining_params *params,
                             rp_mining_result *result) {
    if (params->window > RP_MINERS_MAX_WINDOW || (params->rate == 0 && params->window == 0)) {
        return RP_LOAD_SYSTEM;
    }
    m->run = *params;
    m->ran_out = false;
    memset(&m->totals, 0, sizeof m->totals);
    memset(&m->latencies, 0, sizeof m->latencies);
    const uint64_t start = rp__now(), end = start + params->milliseconds * 1000000u;
    uint64_t sent = 0;
    m->timed = true;
    rp_load_status status = params->rate == 0 ? start_windows(m) : RP_LOAD_OK;
    while (status == RP_LOAD_OK && !m->ran_out && rp__now() < end) {
        if (params->rate > 0) {
            status = send_due(m, start, &sent);
        }
        if (status == RP_LOAD_OK) {
            status = rp__take_events(m, params->rate > 0 ? 0 : 10);
        }
    }
    m->totals.nanoseconds = rp__now() - start;
    m->timed = false;
    if (status == RP_LOAD_OK) {
        status = settle(m);
    }
    m->totals.lost = in_flight(m);
    m->totals.p50 = rp__latencies_percentile(&m->latencies, 50);
    m->totals.p99 = rp__latencies_percentile(&m->latencies, 99);
    m->totals.max = m->latencies.max;
    *result = m->totals;
    return status;
}

rp_load_status rp_miners_await_block(rp_miners *m, uint64_t milliseconds, rp_block_result *result) {
    const uint64_t end = rp__now() + milliseconds * 1000000u;
    memset(&m->block, 0, sizeof m->block);
    memset(&m->latencies, 0, sizeof m->latencies);
    memcpy(m->old_tip, m->each[0].tip, sizeof m->old_tip);
    for (uint32_t i = 0; i < m->count; i++) {
        m->each[i].told = false;
    }
    m->watching = true;
    rp_load_status status = RP_LOAD_OK;
    while (status == RP_LOAD_OK && m->block.told < m->count && rp__now() < end) {
        status = rp__take_events(m, 10);
    }
    m->watching = false;
    m->block.median = m->block.first + rp__latencies_percentile(&m->latencies, 50);
    *result = m->block;
    return status;
}

rp_load_status rp_miners_idle(rp_miners *m, uint64_t milliseconds) {
    const uint64_t end = rp__now() + milliseconds * 1000000u;
    rp_load_status status = RP_LOAD_OK;
    while (status == RP_LOAD_OK && rp__now() < end) {
        status = rp__take_events(m, 10);
    }
    return status;
}
