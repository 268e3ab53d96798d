#!/usr/bin/env python3
"""Golden vectors of the records of docs/protocol/wire.md, and seeds for their fuzzer.

Written from the protocol text with hashlib only, so that it shares no code with what it checks.
Usage: python3 wire_vectors.py > wire_vectors.json        the vectors
       python3 wire_vectors.py FOLDER                     one file a record, into the fuzzer's corpus
"""
import hashlib
import json
import pathlib
import sys


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tagged(tag: str, data: bytes) -> bytes:
    prefix = sha256(tag.encode())
    return sha256(prefix + prefix + data)


def pseudo(*words: object) -> bytes:
    """32 bytes that depend on the words; no randomness, so that the files can be made again."""
    return sha256(("radpool wire vector " + " ".join(map(str, words))).encode())


def number(size: int, *words: object) -> int:
    return int.from_bytes(pseudo(*words)[:size], "little")


def le(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")


def size(n: int) -> bytes:
    if n < 0xFD:
        return bytes([n])
    return b"\xfd" + le(n, 2) if n <= 0xFFFF else b"\xfe" + le(n, 4)


def prefixed(data: bytes) -> bytes:
    return size(len(data)) + data


TERMS = [("lowestLevel", 1), ("highestLevel", 1), ("windowMultiple", 4), ("regtestLevel", 1), ("closingLag", 1),
         ("serviceFee", 4), ("minimumOutput", 8), ("lowestFeeRate", 4), ("highestFeeRate", 4),
         ("forwardingBlocks", 4), ("minimumWork", 4), ("seatedWork", 4), ("seatedMembers", 4),
         ("settlementBlocks", 2)]
DEFAULTS = [48, 127, 8, 0, 6, 10000, 10000, 1000, 500000, 2016, 20000, 600000, 666667, 144]


def genesis(network: int, name: str, member_count: int, **changes: int) -> dict:
    terms = dict(zip([field for field, _ in TERMS], DEFAULTS))
    if network == 2:
        terms["regtestLevel"] = 56
        terms["settlementBlocks"] = 12
    terms.update(changes)
    keys = sorted(pseudo("member", name, i) for i in range(member_count))
    members = [(key, b"\x51\x20" + pseudo("payout", name, i)) for i, key in enumerate(keys)]
    bootstrap = b"\x51\x20" + pseudo("bootstrap", name) if network else b"\x00\x14" + pseudo("bootstrap", name)[:20]
    record = bytes([1, 1, network]) + prefixed(name.encode()) + size(member_count)
    for key, script in members:
        record += key + prefixed(script)
    record += prefixed(bootstrap) + b"".join(le(terms[field], width) for field, width in TERMS)
    return {"type": "genesis", "network": ["mainnet", "testnet4", "regtest"][network], "name": name,
            "members": [{"key": key.hex(), "script": script.hex()} for key, script in members],
            "bootstrapScript": bootstrap.hex(), "terms": terms, "record": record.hex(),
            "syndicateID": tagged("radpool/genesis/v1", record).hex()}


def miner(index: int, name: str | None) -> dict:
    key = pseudo("miner", index)
    record = bytes([2, 1]) + le(index, 4) + key + (b"\x00" if name is None else b"\x01" + prefixed(name.encode()))
    return {"type": "miner", "number": index, "key": key.hex(), "name": name, "record": record.hex()}


def job(index: int, branch_count: int, tag: bytes, has_commitment: bool) -> dict:
    case = {
        "type": "job", "sequence": number(6, "sequence", index), "syndicate": pseudo("syndicate", index).hex(),
        "msp": pseudo("msp", index).hex(), "k": number(5, "k", index), "logHash": pseudo("log", index).hex(),
        "version": number(4, "version", index) & 0xE0001FFF, "versionMask": 0x1FFFE000,
        "previousBlock": pseudo("previous", index).hex(), "bits": 0x1703A30C + index,
        "minimumTime": 1_700_000_000 + index, "currentTime": 1_700_000_500 + index,
        "branch": [pseudo("branch", index, i).hex() for i in range(branch_count)],
        "height": 840_000 + index, "value": 312_500_000 + number(3, "fees", index),
        "custodyScript": (b"\x51\x20" + pseudo("custody", index)).hex(), "tag": tag.hex(),
        "commitment": pseudo("commitment", index).hex() if has_commitment else None,
    }
    record = (bytes([3, 1]) + le(case["sequence"], 8) + bytes.fromhex(case["syndicate"])
              + bytes.fromhex(case["msp"]) + le(case["k"], 8) + bytes.fromhex(case["logHash"])
              + le(case["version"], 4) + le(case["versionMask"], 4) + bytes.fromhex(case["previousBlock"])
              + le(case["bits"], 4) + le(case["minimumTime"], 4) + le(case["currentTime"], 4)
              + size(branch_count) + b"".join(map(bytes.fromhex, case["branch"]))
              + le(case["height"], 4) + le(case["value"], 8) + prefixed(bytes.fromhex(case["custodyScript"]))
              + prefixed(tag) + (b"\x01" + bytes.fromhex(case["commitment"]) if has_commitment else b"\x00"))
    return case | {"record": record.hex()}


def batch(index: int, count: int, miners: int, jobs: int) -> dict:
    shares = []
    for i in range(count):
        miner_number = number(4, "who", index, i) % miners
        shares.append({"job": 1_000_000 * index + number(4, "job", index, i) % jobs, "miner": miner_number,
                       "level": 33 + miner_number % 95, "extranonce": pseudo("extranonce", index, i)[:12].hex(),
                       "ntime": 1_700_000_000 + i, "nonce": number(4, "nonce", index, i),
                       "bits": number(4, "bits", index, i) & 0x1FFFE000})
    works: list[tuple[int, int, int]] = []
    for share in shares:
        work = (share["job"], share["miner"], share["level"])
        if work not in works:
            works.append(work)
    sequences = sorted({work[0] for work in works})
    record = bytes([4, 1]) + size(len(sequences)) + b"".join(le(sequence, 8) for sequence in sequences)
    record += size(len(works))
    for sequence, miner_number, level in works:
        record += size(sequences.index(sequence)) + le(miner_number, 4) + bytes([level])
    record += size(count)
    for share in shares:
        record += (size(works.index((share["job"], share["miner"], share["level"])))
                   + bytes.fromhex(share["extranonce"]) + le(share["ntime"], 4) + le(share["nonce"], 4)
                   + le(share["bits"], 4))
    return {"type": "batch", "shares": shares, "record": record.hex()}


def block(index: int) -> dict:
    of_job = job(index, 3, b"/radpool/", True)
    case = {"type": "block", "job": of_job["record"], "miner": pseudo("finder", index).hex(), "level": 33 + index,
            "extranonce": pseudo("extranonce", "block", index)[:12].hex(), "ntime": 1_700_000_000 + index,
            "nonce": number(4, "nonce", "block", index), "bits": number(4, "bits", "block", index)}
    record = (bytes([12, 1]) + prefixed(bytes.fromhex(case["job"])) + bytes.fromhex(case["miner"])
              + bytes([case["level"]]) + bytes.fromhex(case["extranonce"]) + le(case["ntime"], 4)
              + le(case["nonce"], 4) + le(case["bits"], 4))
    return case | {"record": record.hex()}


def answer(index: int) -> dict:
    found = pseudo("block", index)
    return {"type": "answer", "block": found.hex(), "isMature": index % 2 == 1,
            "record": (bytes([13, 1]) + found + bytes([index % 2])).hex()}


CASES = [
    genesis(0, "a", 1), genesis(1, "test-syndicate_4", 4), genesis(2, "regtest", 1),
    genesis(2, "x" * 32, 100, lowestLevel=33, highestLevel=33, closingLag=100, windowMultiple=1000,
            regtestLevel=127, serviceFee=0, minimumOutput=546, highestFeeRate=1000, forwardingBlocks=0),
    miner(0, None), miner(1, "alice"), miner(0xFFFFFFFF, "0123456789-_abcdefghijklmnopqrst"),
    job(0, 0, b"", False), job(1, 12, b"/radpool/", True), job(2, 32, b"t" * 20, True),
    batch(0, 1, 1, 1), batch(1, 40, 3, 2), batch(2, 300, 300, 3), batch(3, 5, 5, 5),
    block(0), block(94), answer(0), answer(1),
]

if len(sys.argv) > 1:
    folder = pathlib.Path(sys.argv[1])
    for position, vector in enumerate(CASES):
        # The fuzzer needs no large seeds: damage spreads over fields, not over repeated ones.
        if len(vector["record"]) < 8_000:
            (folder / f"{vector['type']}{position:02}").write_bytes(bytes.fromhex(vector["record"]))
else:
    json.dump(CASES, sys.stdout, indent=1)
    print()
