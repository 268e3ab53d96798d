/*
 * CStratum: the stratum v1 front end. These headers are its socket-free parts: bytes in, values and
 * bytes out (docs/protocol/stratum.md is the dialect).
 *
 * Rules of every function here
 *  - No heap, no locks, no clock, no floating point, no state outside the arguments. All memory is
 *    the caller's; a pointer inside a result borrows from the bytes that the call was given.
 *  - Any bytes may come in: what is not acceptable is a status, never an abort.
 *  - Functions may be called from any thread; one object belongs to one thread at a time.
 *  - Time is milliseconds of a clock that does not go back; the caller gives it.
 */
#ifndef RP_CSTRATUM_H
#define RP_CSTRATUM_H

#include "CStratumFraming.h"
#include "CStratumLevel.h"
#include "CStratumNotify.h"
#include "CStratumProxy.h"
#include "CStratumReply.h"
#include "CStratumRequests.h"
#include "CStratumScan.h"
#include "CStratumServer.h"
#include "CStratumVardiff.h"

#endif
