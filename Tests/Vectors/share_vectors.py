#!/usr/bin/env python3
"""Golden vectors for owner hash, coinbase layout and header hash (docs/protocol/share.md).

Written from the protocol text with hashlib only, so that it shares no code with what it checks.
Usage: python3 share_vectors.py > share_vectors.json
"""
import hashlib
import json


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sha256d(data: bytes) -> bytes:
    return sha256(sha256(data))


def tagged(tag: str, data: bytes) -> bytes:
    prefix = sha256(tag.encode())
    return sha256(prefix + prefix + data)


def pseudo(*words: object) -> bytes:
    """32 bytes that depend on the words; no randomness, so that the file can be made again."""
    return sha256(("radpool vector " + " ".join(map(str, words))).encode())


def push(data: bytes) -> bytes:
    assert 1 <= len(data) <= 75
    return bytes([len(data)]) + data


def height_push(height: int) -> bytes:
    """BIP34 as Bitcoin Core writes it: small numbers by opcode, others as minimal script numbers."""
    if height == 0:
        return b"\x00"
    if height <= 16:
        return bytes([0x50 + height])
    digits = height.to_bytes((height.bit_length() + 8) // 8, "little")
    return push(digits)


def compact_size(n: int) -> bytes:
    return bytes([n]) if n < 253 else b"\xfd" + n.to_bytes(2, "little")


def output(value: int, script: bytes) -> bytes:
    return value.to_bytes(8, "little") + compact_size(len(script)) + script


def case(index: int, height: int, level: int, tag: bytes, branches: int, commitment: bool) -> dict:
    syndicate, msp, miner, log_hash = (pseudo(name, index) for name in ("syndicate", "msp", "miner", "log"))
    job_sequence = int.from_bytes(pseudo("job", index)[:8], "little") >> (index % 60)
    k = int.from_bytes(pseudo("k", index)[:8], "little") >> (3 * index % 60)
    extranonce1, extranonce2 = pseudo("en1", index)[:4], pseudo("en2", index)[:8]
    message = (syndicate + msp + miner + bytes([level]) + job_sequence.to_bytes(8, "little")
               + k.to_bytes(8, "little") + log_hash)
    owner = tagged("radpool/share-owner/v1", message)
    script = height_push(height) + push(owner) + push(extranonce1 + extranonce2) + (push(tag) if tag else b"")
    custody = b"\x51\x20" + pseudo("custody", index)
    value = 312_500_000 + index
    outputs = [output(value, custody)]
    witness_commitment = pseudo("witness", index)
    if commitment:
        outputs.append(output(0, b"\x6a\x24\xaa\x21\xa9\xed" + witness_commitment))
    coinbase = ((2).to_bytes(4, "little") + b"\x01" + bytes(32) + b"\xff" * 4 + compact_size(len(script)) + script
                + b"\xff" * 4 + compact_size(len(outputs)) + b"".join(outputs) + bytes(4))
    branch = [pseudo("branch", index, i) for i in range(branches)]
    root = sha256d(coinbase)
    for sibling in branch:
        root = sha256d(root + sibling)
    version, mask = 0x20000000 | index << 24, 0x1FFFE000
    bits = int.from_bytes(pseudo("bits", index)[:4], "little") & mask
    ntime, nonce = 1_790_000_000 + index, int.from_bytes(pseudo("nonce", index)[:4], "little")
    compact_target = 0x1D00FFFF
    previous = pseudo("previous", index)
    header_version = version & ~mask | bits & mask
    header = (header_version.to_bytes(4, "little") + previous + root + ntime.to_bytes(4, "little")
              + compact_target.to_bytes(4, "little") + nonce.to_bytes(4, "little"))
    header_hash = sha256d(header)
    target = 0xFFFF << (272 - level)
    return {
        "syndicate": syndicate.hex(), "msp": msp.hex(), "miner": miner.hex(), "level": level,
        "job_sequence": str(job_sequence), "k": str(k), "log_hash": log_hash.hex(), "owner": owner.hex(),
        "height": height, "tag": tag.hex(), "extranonce1": extranonce1.hex(), "extranonce2": extranonce2.hex(),
        "value": value, "custody_script": custody.hex(),
        "witness_commitment": witness_commitment.hex() if commitment else None,
        "coinbase": coinbase.hex(), "coinbase_txid": sha256d(coinbase).hex(),
        "branch": [sibling.hex() for sibling in branch], "merkle_root": root.hex(),
        "version": version, "version_mask": mask, "version_bits": bits, "header_version": header_version,
        "previous_block": previous.hex(), "ntime": ntime, "nonce": nonce, "compact_target": compact_target,
        "header": header.hex(), "header_hash": header_hash.hex(),
        "meets_level": int.from_bytes(header_hash, "little") <= target,
    }


CASES = [
    # height, level, tag, branches, witness commitment
    (1, 33, b"", 0, False),
    (16, 34, b"r", 1, True),
    (17, 35, b"/radpool/", 2, True),
    (127, 36, b"/radpool/", 3, True),
    (128, 33, b"", 5, True),
    (32_767, 40, b"radpool", 7, False),
    (32_768, 64, b"radpool/regtest/0001", 12, True),
    (500_000, 127, b"x" * 20, 12, True),
    (900_000, 33, b"/radpool/", 12, True),
    (8_388_607, 33, b"/radpool/", 14, True),
    (8_388_608, 33, b"/radpool/", 17, True),
    (4_000_000_000, 33, b"y" * 20, 32, True),
]

if __name__ == "__main__":
    print(json.dumps([case(i, *c) for i, c in enumerate(CASES)], indent=1))
