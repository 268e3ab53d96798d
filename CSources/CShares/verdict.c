/* The one table of verdicts: codes and texts. */
#include "CShares.h"

typedef struct row {
    uint32_t code;
    const char *text;
} row;

static const row table[] = {
#define ROW(name, code, text) [RP_SHARE_##name] = {code, text},
    RP_SHARE_VERDICTS(ROW)
#undef ROW
};

_Static_assert(sizeof table / sizeof table[0] == RP_SHARE_VERDICT_COUNT, "one row a verdict");

static const row *find(rp_share_verdict verdict) {
    const uint32_t index = (uint32_t)verdict;
    return &table[index < RP_SHARE_VERDICT_COUNT ? index : RP_SHARE_MALFORMED];
}

uint32_t rp_share_verdict_code(rp_share_verdict verdict) {
    return find(verdict)->code;
}

const char *rp_share_verdict_text(rp_share_verdict verdict) {
    return find(verdict)->text;
}
