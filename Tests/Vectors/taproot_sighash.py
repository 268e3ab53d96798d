#!/usr/bin/env python3
"""Writes taproot_sighash.json: BIP341/BIP342 signature hashes of random transactions, for every allowed hash type,
with and without annex and tapscript leaf. BIP341's own vectors cover the key path without annex only.

Written from the text of BIP341 and BIP342, apart from the Swift code it checks. Usage: taproot_sighash.py > taproot_sighash.json
"""
import hashlib
import json
import random


def sha(data):
    return hashlib.sha256(data).digest()


def compact(n):
    if n < 253:
        return bytes([n])
    return b"\xfd" + n.to_bytes(2, "little")


def var(data):
    return compact(len(data)) + data


def le(n, size):
    return n.to_bytes(size, "little")


def tagged(tag, data):
    return sha(sha(tag.encode()) * 2 + data)


def message(tx, spent, index, hash_type, leaf, annex, position):
    out = b"\x00" + le(hash_type, 1) + le(tx["version"], 4) + le(tx["lock"], 4)
    anyone, base = hash_type & 0x80, hash_type & 3
    if not anyone:
        out += sha(b"".join(i[0] for i in tx["ins"]))
        out += sha(b"".join(le(s[0], 8) for s in spent))
        out += sha(b"".join(var(s[1]) for s in spent))
        out += sha(b"".join(le(i[1], 4) for i in tx["ins"]))
    if base in (0, 1):
        out += sha(b"".join(le(o[0], 8) + var(o[1]) for o in tx["outs"]))
    out += bytes([(2 if leaf is not None else 0) + (1 if annex is not None else 0)])
    if anyone:
        out += tx["ins"][index][0] + le(spent[index][0], 8) + var(spent[index][1]) + le(tx["ins"][index][1], 4)
    else:
        out += le(index, 4)
    if annex is not None:
        out += sha(var(annex))
    if base == 3:
        out += sha(le(tx["outs"][index][0], 8) + var(tx["outs"][index][1]))
    if leaf is not None:
        out += tagged("TapLeaf", bytes([leaf[0]]) + var(leaf[1])) + b"\x00" + le(position, 4)
    return out


def serialize(tx):
    ins = b"".join(i[0] + b"\x00" + le(i[1], 4) for i in tx["ins"])
    outs = b"".join(le(o[0], 8) + var(o[1]) for o in tx["outs"])
    return le(tx["version"], 4) + compact(len(tx["ins"])) + ins + compact(len(tx["outs"])) + outs + le(tx["lock"], 4)


def main():
    rng = random.Random(341)
    money = 21 * 10**14
    cases = []
    for number in range(56):
        count = rng.randint(1, 4)
        tx = {
            "version": rng.getrandbits(32),
            "lock": rng.getrandbits(32),
            "ins": [(rng.randbytes(32) + le(rng.randint(0, 9), 4), rng.getrandbits(32)) for _ in range(count)],
            "outs": [(rng.randint(0, money), rng.randbytes(rng.choice([0, 1, 34, 300]))) for _ in range(count)],
        }
        spent = [(rng.randint(0, money), rng.randbytes(rng.choice([22, 34, 260]))) for _ in range(count)]
        hash_type = [0x00, 0x01, 0x02, 0x03, 0x81, 0x82, 0x83][number % 7]
        index = rng.randrange(count)
        annex = b"\x50" + rng.randbytes(rng.choice([0, 5, 300])) if number // 7 % 2 else None
        leaf = (0xC0, rng.randbytes(rng.choice([0, 34, 400]))) if number // 14 % 2 else None
        position = rng.choice([0xFFFFFFFF, 0, 7])
        msg = message(tx, spent, index, hash_type, leaf, annex, position)
        cases.append(
            {
                "transaction": serialize(tx).hex(),
                "spentOutputs": [{"satoshis": s[0], "script": s[1].hex()} for s in spent],
                "input": index,
                "hashType": hash_type,
                "annex": annex.hex() if annex is not None else None,
                "leafVersion": leaf[0] if leaf else None,
                "leafScript": leaf[1].hex() if leaf else None,
                "codeSeparatorPosition": position,
                "hash": tagged("TapSighash", msg).hex(),
            }
        )
    print(json.dumps(cases, indent=1))


if __name__ == "__main__":
    main()
