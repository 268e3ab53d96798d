/* Counters of the loops, added up for whoever asks. */
#include "server.h"

#include <string.h>

/* Upper bounds in microseconds of all buckets but the last. */
static const uint64_t bounds[RP_STRATUM_LATENCY_BUCKETS - 1] = {
    50,    100,   200,    500,    1000,   2000,    5000,    10000,
    20000, 50000, 100000, 200000, 500000, 1000000, 2000000, 5000000,
};

void rp__count_latency(rp__histogram *histogram, uint64_t nanoseconds, uint64_t times) {
    const uint64_t microseconds = nanoseconds / 1000;
    size_t i = 0;
    while (i < RP_STRATUM_LATENCY_BUCKETS - 1 && microseconds > bounds[i]) {
        i++;
    }
    rp__add(&histogram->buckets[i], times);
    rp__add(&histogram->sum, microseconds * times);
}

static uint64_t value(const rp__counter *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void add_all(uint64_t *sums, const rp__counter *counters, size_t count) {
    for (size_t i = 0; i < count; i++) {
        sums[i] += value(&counters[i]);
    }
}

static void add_histogram(rp_stratum_latency *sum, const rp__histogram *histogram) {
    add_all(sum->buckets, histogram->buckets, RP_STRATUM_LATENCY_BUCKETS);
    sum->sum += value(&histogram->sum);
}

static void add_loop(rp_stratum_metrics *metrics, const rp__counters *loop) {
    metrics->connections += value(&loop->connections);
    metrics->miners += value(&loop->miners);
    metrics->accepted_connections += value(&loop->accepted_connections);
    metrics->lines += value(&loop->lines);
    metrics->bytes_in += value(&loop->bytes_in);
    metrics->bytes_out += value(&loop->bytes_out);
    metrics->logins_refused += value(&loop->logins_refused);
    metrics->blocks += value(&loop->blocks);
    metrics->notifies += value(&loop->notifies);
    metrics->resumed += value(&loop->resumed);
    metrics->filter_shares += value(&loop->filter_shares);
    add_all(metrics->endings, loop->endings, RP_STRATUM_ENDING_COUNT);
    add_all(metrics->verdicts, loop->verdicts, RP_SHARE_VERDICT_COUNT);
    add_all(metrics->errors, loop->errors, RP_STRATUM_ERROR_COUNT);
    add_histogram(&metrics->reply, &loop->reply);
    add_histogram(&metrics->notify, &loop->notify);
}

void rp_stratum_read_metrics(rp_stratum_server *server, rp_stratum_metrics *metrics) {
    memset(metrics, 0, sizeof *metrics);
    for (uint32_t i = 0; i < server->config.loop_count; i++) {
        add_loop(metrics, &server->loops[i].counters);
    }
    uv_mutex_lock(&server->exchange.lock);
    metrics->waiting_shares = server->exchange.shares.count + server->exchange.taken_shares.count;
    uv_mutex_unlock(&server->exchange.lock);
}
