#!/usr/bin/env python3
"""Checks a miner's work proof (docs/protocol/accounting.md, Work tree) with nothing but Python's own library.

Usage: work_proof.py PROOF_HEX ROOT_HASH_HEX TOTAL
PROOF_HEX is the record, ROOT_HASH_HEX and TOTAL what the syndicate signed for the settlement. Prints the miner's key
and part and exits with 0, or says what is wrong and exits with 1.
"""
import hashlib
import sys


def tagged(tag, message):
    start = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(start + start + message).digest()


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise ValueError("the proof ends early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, count):
        return int.from_bytes(self.take(count), "little")

    def size(self):
        first = self.number(1)
        if first < 0xfd:
            return first
        width = {0xfd: 2, 0xfe: 4, 0xff: 8}[first]
        value = self.number(width)
        if value < {2: 0xfd, 4: 1 << 16, 8: 1 << 32}[width]:
            raise ValueError("a size is not in its shortest form")
        return value


def node(left, right):
    total = left[1] + right[1]
    if total >> 128:
        raise ValueError("the sums are too large")
    message = b"".join(hash_ + sum_.to_bytes(16, "little") for hash_, sum_ in (left, right))
    return tagged("radpool/work-node/v1", message), total


def climb(proof):
    """The miner's key and work, and the root that the proof leads to."""
    reader = Reader(proof)
    if reader.take(2) != b"\x0b\x01":
        raise ValueError("not a work proof of version 1")
    key, work = reader.take(32), reader.number(16)
    index, leaves, siblings = reader.size(), reader.size(), reader.size()
    count = leaves
    if work == 0 or not 1 <= count <= 1 << 32 or index >= count:
        raise ValueError("a field is out of its bounds")
    here = tagged("radpool/work-leaf/v1", key + work.to_bytes(16, "little")), work
    used = 0
    while count > 1:
        if index % 2 == 1 or index < count - 1:
            used += 1
            sibling = reader.take(32), reader.number(16)
            here = node(sibling, here) if index % 2 else node(here, sibling)
        index, count = index // 2, (count + 1) // 2
    if used != siblings or reader.at != len(proof):
        raise ValueError("the number of siblings is wrong")
    last = leaves.to_bytes(8, "little") + here[0] + here[1].to_bytes(16, "little")
    return key, work, (tagged("radpool/work-root/v1", last), here[1])


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__)
    try:
        key, work, root = climb(bytes.fromhex(arguments[0]))
        if root != (bytes.fromhex(arguments[1]), int(arguments[2])):
            raise ValueError("the proof leads to another root")
    except (ValueError, KeyError) as error:
        sys.exit(f"wrong: {error}")
    print(f"miner {key.hex()} has {work} of {root[1]} units of work")


main(sys.argv[1:])
