import Bitcoin
import Shares
import TestSupport
import Testing

@Suite("Jobs and identities")
struct ShareJobTests {
    @Test("jobs that cannot be are refused by name")
    func refused() throws {
        var random = RandomWork(seed: 40)
        let good = try random.parameters(branchCount: 32)
        _ = try ShareJob(good)

        var long = good
        long.header.merkleBranch = MerkleBranch(hashes: good.header.merkleBranch.hashes + [random.hash()])
        #expect(throws: ShareJobError.branchTooLong) { try ShareJob(long) }

        for bits: UInt32 in [0, 0x0100_0000, 0x0480_0001, 0x2300_ffff, 0x2201_0000, 0xff00_0001, 0x2100_0000] {
            var bad = good
            bad.header.compactTarget = CompactTarget(rawValue: bits)
            #expect(throws: ShareJobError.badCompactTarget, "\(bits)") { try ShareJob(bad) }
        }
        for bits: UInt32 in [0x0101_0000, 0x1d00_ffff, 0x207f_ffff, 0x2200_00ff, 0x2000_ffff, 0x2100_ffff] {
            var fine = good
            fine.header.compactTarget = CompactTarget(rawValue: bits)
            _ = try ShareJob(fine)
        }

        var never = good
        never.minTime = never.currentTime + 7201
        #expect(throws: ShareJobError.badTime) { try ShareJob(never) }
    }

    @Test("the core refuses coinbases of more than 1000 bytes")
    func coreLength() throws {
        var random = RandomWork(seed: 41)
        let template = try random.parameters(branchCount: 1).header
        for (prefix, suffix) in [(0, 988), (988, 0), (500, 488)] {
            let bytes = random.generator.bytes(988)
            let core = try HeaderCore(template, prefix: Array(bytes[..<prefix]), suffix: Array(bytes[prefix...]))
            #expect(core.template == template)
            #expect(throws: ShareJobError.coinbaseTooLong) {
                try HeaderCore(
                    template, prefix: [UInt8](repeating: 0, count: prefix + 1),
                    suffix: [UInt8](repeating: 0, count: suffix))
            }
        }
    }

    @Test("the core hashes coinbases of every length and cut as the Bitcoin module does")
    func coreLengths() throws {
        var random = RandomWork(seed: 42)
        let validators = availableValidators
        for length in stride(from: 12, through: 1000, by: Scale.count(7, full: 1)) {
            let template = try random.parameters(branchCount: length % 4).header
            let coinbase = random.generator.bytes(length)
            let cut = Int.random(in: 0...length - 12, using: &random.generator)
            let core = try HeaderCore(
                template, prefix: Array(coinbase[..<cut]), suffix: Array(coinbase[(cut + 12)...]))
            let middle = Array(coinbase[cut..<cut + 12])
            let candidate = HeaderCore.Candidate(
                core, try #require(Extranonce(extranonce1: Array(middle[..<4]), extranonce2: Array(middle[4...]))),
                HeaderRoll(ntime: 1, nonce: UInt32(length), versionBits: 0))
            let root = template.merkleBranch.root(coinbase: SHA256.doubleHash(coinbase))
            let header = BlockHeader(
                version: template.version & ~template.versionMask, previousBlock: template.previousBlock,
                merkleRoot: root, time: 1, bits: template.compactTarget, nonce: UInt32(length))
            for validator in validators {
                #expect(validator.hash(candidate).hash == header.hash, "length \(length), cut \(cut)")
                #expect(validator.hash(batch: [candidate])[0].hash == header.hash, "length \(length), cut \(cut)")
            }
        }
    }

    @Test("levels are 33...127, worth 2^(level - 33)")
    func levels() {
        #expect((UInt8.min...UInt8.max).filter { ShareLevel($0) != nil } == Array(33...127))
        #expect(ShareLevel(33)?.work == 1)
        #expect(ShareLevel(34)?.work == 2)
        #expect(ShareLevel(127)?.work == 1 << 94)
        #expect(ShareLevel(33)! < ShareLevel(34)!)
    }

    @Test("an identity's bytes are canonical, and each field counts")
    func identity() throws {
        var random = RandomWork(seed: 43)
        let msp = MSPID(random.hash())
        let share = Share(
            jobSequence: 0x0102_0304_0506_0708, miner: MinerID(random.hash()), level: ShareLevel(64)!,
            extranonce: Extranonce(0x1112_1314, 0x2122_2324_2526_2728),
            roll: HeaderRoll(ntime: 0x3132_3334, nonce: 0x4142_4344, versionBits: 0))
        let identity = ShareIdentity(of: share, msp: msp, version: 0x5152_5354)
        let expected =
            msp.bytes.internalHex + "0807060504030201" + share.miner.bytes.internalHex + "40"
            + "111213142122232425262728" + "34333231" + "44434241" + "54535251"
        #expect(Hex.encode(identity.bytes) == expected)
        #expect(ShareIdentity(of: share, msp: msp, version: 0x5152_5354) == identity)
        #expect(ShareIdentity(of: share, msp: msp, version: 0x5152_5355) != identity)
        #expect(ShareIdentity(of: share, msp: MSPID(random.hash()), version: 0x5152_5354) != identity)
        #expect(!(identity < identity))
        let later = ShareIdentity(of: share, msp: msp, version: 0x5152_5355)
        #expect((identity < later) == identity.bytes.lexicographicallyPrecedes(later.bytes))
        #expect((identity < later) != (later < identity))
    }
}
