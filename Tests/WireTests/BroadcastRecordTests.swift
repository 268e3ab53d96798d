import Bitcoin
import TestSupport
import Testing
import Wire

/// Records and frames of docs/protocol/broadcast.md and accounting.md: one encoding each, and all bounds.
@Suite struct BroadcastRecordTests {
    @Test func everyRecordComesBack() throws {
        for seed in 0..<UInt64(Scale.count(60, full: 3_000)) {
            var generator = SeededGenerator(seed: seed)
            let records: [Record] = [
                .epochConfiguration(try Samples.epoch(&generator, authors: 1 + Int(seed % 140))),
                .vertex(try Samples.vertex(&generator)),
                .equivocationEvidence(try Samples.evidence(&generator)),
                .closeMark(try Samples.mark(&generator, authors: 1 + Int(seed % 140))),
                .checkpoint(Samples.checkpoint(&generator)),
                .checkpointCertificate(try Samples.certificate(&generator)),
                .workProof(try Samples.workProof(&generator)),
                .blockFound(try Samples.block(&generator)),
                .coinbaseAnswer(CoinbaseAnswer(block: Samples.hash(&generator), isMature: seed % 2 == 0)),
            ]
            for record in records {
                let bytes = record.encoded()
                #expect(try Record(decoding: bytes) == record, "seed \(seed)")
                #expect(throws: WireError.self, "seed \(seed)") { try Record(decoding: bytes + [0]) }
                let length = Int.random(in: 0..<bytes.count, using: &generator)
                #expect(throws: WireError.self, "seed \(seed)") { try Record(decoding: Array(bytes.prefix(length))) }
            }
        }
    }

    @Test func everyFrameComesBack() throws {
        for seed in 0..<UInt64(Scale.count(60, full: 3_000)) {
            var generator = SeededGenerator(seed: seed)
            for frame in try Samples.frames(&generator) {
                let bytes = frame.encoded()
                #expect(Frame.kind(of: bytes) != nil)
                #expect(try Frame(decoding: bytes) == frame, "seed \(seed)")
                #expect(throws: WireError.self, "seed \(seed)") { try Frame(decoding: bytes + [0]) }
                let length = Int.random(in: 0..<bytes.count, using: &generator)
                #expect(throws: WireError.self, "seed \(seed)") { try Frame(decoding: Array(bytes.prefix(length))) }
            }
        }
    }

    /// Everything that damage leaves readable is still the only encoding of its value.
    @Test func damageIsRefusedOrSaysSomethingElse() throws {
        for seed in 0..<UInt64(Scale.count(500, full: 50_000)) {
            var generator = SeededGenerator(seed: seed)
            let frames = try Samples.frames(&generator)
            var bytes = frames[Int(seed) % frames.count].encoded()
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            if let frame = try? Frame(decoding: bytes) {
                #expect(frame.encoded() == bytes, "seed \(seed)")
                #expect(frame != frames[Int(seed) % frames.count], "seed \(seed)")
            }
        }
    }

    // MARK: Bounds

    @Test func authorsAreOrderedAndSomeVote() throws {
        var generator = SeededGenerator(seed: 5)
        let sample = try Samples.epoch(&generator, authors: 101)
        func make(_ authors: [EpochConfiguration.Author]) throws -> EpochConfiguration {
            try EpochConfiguration(
                syndicate: sample.syndicate, number: 1, firstCommit: 2, start: sample.start, authors: authors,
                bounds: .init())
        }
        func all(_ isVoter: Bool) -> [EpochConfiguration.Author] {
            sample.authors.map { .init(key: $0.key, isVoter: isVoter) }
        }
        #expect(try make(Array(all(true).prefix(100))).authors.count == 100)
        #expect(throws: RecordFault(.authors)) { try make(all(true)) }
        #expect(throws: RecordFault(.authors)) { try make(all(false)) }
        #expect(throws: RecordFault(.authors)) { try make([]) }
        #expect(throws: RecordFault(.authors)) { try make(sample.authors.reversed()) }
        #expect(throws: RecordFault(.authors)) { try make([all(true)[0], all(true)[0]]) }
    }

    @Test func boundsHaveBounds() throws {
        var generator = SeededGenerator(seed: 6)
        let sample = try Samples.epoch(&generator)
        let wrong: [(RecordField, (inout EpochConfiguration.Bounds) -> Void)] = [
            (.gateVersion, { $0.gateVersion = 0 }), (.gateVersion, { $0.gateVersion = 2 }),
            (.level, { $0.lowestLevel = 32 }), (.level, { $0.highestLevel = 128 }),
            (.level, { ($0.lowestLevel, $0.highestLevel) = (60, 59) }), (.records, { $0.largestPayload = 1_023 }),
            (.records, { $0.largestPayload = 4_194_305 }), (.records, { $0.mostRecords = 0 }),
            (.records, { $0.mostRecords = 65_537 }),
        ]
        for (field, change) in wrong {
            var bounds = sample.bounds
            change(&bounds)
            #expect(throws: RecordFault(field)) {
                try EpochConfiguration(
                    syndicate: sample.syndicate, number: 0, firstCommit: 0, start: sample.start,
                    authors: sample.authors, bounds: bounds)
            }
        }
    }

    /// A mark that decodes makes a configuration that decodes.
    @Test func whatAMarkSaysCanBeAnEpoch() throws {
        var generator = SeededGenerator(seed: 9)
        let before = try Samples.epoch(&generator)
        let mark = try Samples.mark(&generator, authors: 7)
        let hash = SHA256.hash([1])
        let next = before.following(mark, commit: 77, hash: hash)
        #expect(
            next
                == (try EpochConfiguration(
                    syndicate: before.syndicate, number: before.number + 1, firstCommit: 77, start: hash,
                    authors: mark.authors, bounds: mark.bounds)))
        #expect(try EpochConfiguration(decoding: next.encoded()) == next)
        #expect(throws: RecordFault(.authors)) {
            try CloseMark(epoch: hash, authors: mark.authors.reversed(), bounds: mark.bounds)
        }
        var bounds = mark.bounds
        bounds.mostRecords = 0
        #expect(throws: RecordFault(.records)) { try CloseMark(epoch: hash, authors: mark.authors, bounds: bounds) }
    }

    @Test func everyFieldChangesTheEpochID() throws {
        var generator = SeededGenerator(seed: 7)
        let one = try Samples.epoch(&generator)
        let other = try EpochConfiguration(
            syndicate: one.syndicate, number: one.number ^ 1, firstCommit: one.firstCommit, start: one.start,
            authors: one.authors, bounds: one.bounds)
        #expect(one.epochID != other.epochID)
        #expect(one.epochID == TaggedHash("radpool/epoch/v1").hash(one.encoded()))
    }

    @Test func verticesStartAtOne() throws {
        var generator = SeededGenerator(seed: 8)
        let sample = try Samples.vertex(&generator)
        func make(sequence: UInt64 = 1, round: UInt64 = 1, parents: Int = 4, records: [[UInt8]] = []) throws -> Vertex {
            try Vertex(
                epoch: sample.epoch, author: 0, sequence: sequence, round: round,
                parents: .init(sequences: [UInt64](repeating: 0, count: parents), hash: .zero),
                carriesControl: false, facts: nil, records: records)
        }
        #expect(throws: RecordFault(.sequence)) { try make(sequence: 0) }
        #expect(throws: RecordFault(.round)) { try make(round: 0) }
        #expect(throws: RecordFault(.parents)) { try make(parents: 0) }
        #expect(throws: RecordFault(.parents)) { try make(parents: 201) }
        #expect(throws: RecordFault(.records)) { try make(records: [[1], []]) }
        var bytes = try make().encoded()
        // Type, version, epoch, author, sequence, round, one size, four parents, their hash.
        let flags = 2 + 32 + 2 + 8 + 8 + 1 + 4 + 32
        #expect(bytes[flags] == 0)
        bytes[flags] = 4
        #expect(throws: WireError(.invalid(.flags), offset: flags)) { try Vertex(decoding: bytes) }
    }

    /// What is signed: 74 bytes, spelled out.
    @Test func theSignedMessageIsSpelledOut() throws {
        var generator = SeededGenerator(seed: 9)
        let epoch = Samples.hash(&generator)
        let digest = Samples.hash(&generator)
        let bytes = epoch.bytes + [0x34, 0x12] + [8, 7, 6, 5, 4, 3, 2, 1] + digest.bytes
        #expect(bytes.count == 74)
        #expect(
            Vertex.signedMessage(epoch: epoch, author: 0x1234, sequence: 0x0102_0304_0506_0708, digest: digest)
                == TaggedHash("radpool/send/v1").hash(bytes))
    }

    @Test func evidenceHasOneOrder() throws {
        var generator = SeededGenerator(seed: 10)
        let sample = try Samples.evidence(&generator)
        let swapped = try EquivocationEvidence(
            epoch: sample.epoch, author: sample.author, sequence: sample.sequence, sample.higher, sample.lower)
        #expect(swapped == sample)
        let bytes = sample.encoded()
        let (start, size) = (2 + 32 + 2 + 8, 96)
        let wrongOrder = Array(bytes[..<start] + bytes[(start + size)...] + bytes[start..<(start + size)])
        #expect(throws: WireError(.invalid(.digests), offset: start)) {
            try EquivocationEvidence(decoding: wrongOrder)
        }
        #expect(throws: RecordFault(.digests)) {
            try EquivocationEvidence(
                epoch: sample.epoch, author: 1, sequence: 1, sample.lower, sample.lower)
        }
        #expect(throws: RecordFault(.sequence)) {
            try EquivocationEvidence(epoch: sample.epoch, author: 1, sequence: 0, sample.lower, sample.higher)
        }
    }

    @Test func signaturesOfCertificatesAreOrdered() throws {
        var generator = SeededGenerator(seed: 11)
        let checkpoint = Samples.checkpoint(&generator)
        func make(_ signatures: [(UInt16, Int)]) throws -> CheckpointCertificate {
            try CheckpointCertificate(
                checkpoint,
                signatures: signatures.map { .init(author: $0.0, bytes: [UInt8](repeating: 1, count: $0.1)) })
        }
        #expect(try make([(1, 64), (9, 64)]).signatures.count == 2)
        #expect(throws: RecordFault(.signatures)) { try make([]) }
        #expect(throws: RecordFault(.signatures)) { try make([(1, 64), (1, 64)]) }
        #expect(throws: RecordFault(.signatures)) { try make([(2, 64), (1, 64)]) }
        #expect(throws: RecordFault(.signatures)) { try make([(1, 63)]) }
        #expect(throws: RecordFault(.signatures)) { try make((0...100).map { ($0, 64) }) }
        #expect(checkpoint.signedMessage == TaggedHash("radpool/checkpoint/v1").hash(checkpoint.encoded()))
    }

    @Test func framesHaveBounds() throws {
        func refuse(_ bytes: [UInt8], _ kind: WireError.Kind, at offset: Int) {
            #expect(throws: WireError(kind, offset: offset)) { try Frame(decoding: bytes) }
        }
        let epoch = [UInt8](repeating: 7, count: 32)
        refuse([], .malformed(.truncated(needed: 1)), at: 0)
        refuse([0x3f, 1], .unknownType(0x3f), at: 0)
        refuse([0x41, 2], .unknownVersion(2), at: 1)
        refuse([0x41, 1] + epoch + [0], .invalid(.votes), at: 34)
        let vote = [UInt8](repeating: 1, count: 43)
        #expect(throws: Never.self) { try Frame(decoding: [0x41, 1] + epoch + [1] + vote) }
        refuse([0x41, 1] + epoch + [1, 3] + vote.dropFirst(), .invalid(.votes), at: 35)
        refuse([0x41, 1] + epoch + [1, 1, 0, 0] + [UInt8](repeating: 0, count: 40), .invalid(.sequence), at: 38)
        let many = [UInt8]((0..<4_097).map { _ in vote }.joined())
        refuse([0x41, 1] + epoch + [0xfd, 0x01, 0x10] + many, .invalid(.votes), at: 34)
        // A count is compared with the bytes that are there before anything is allocated.
        refuse([0x41, 1] + epoch + [0xfe, 0xff, 0xff, 0xff, 0xff], .malformed(.countTooLarge(0xffff_ffff)), at: 34)
        refuse([0x43, 1] + epoch + [0], .invalid(.pulls), at: 34)
        var generator = SeededGenerator(seed: 12)
        let certificate = try Samples.certificate(&generator)
        func commits(_ list: [[CommitsFrame.Entry]]) -> [UInt8] {
            Frame.commits(CommitsFrame(certificate: certificate, commits: list)).encoded()
        }
        let entry = CommitsFrame.Entry(author: 1, digest: .zero)
        let start = commits([]).count - 1
        refuse(commits([]), .invalid(.commits), at: start)
        refuse(commits([[entry, entry], [], [entry, entry]]), .invalid(.vertices), at: start + 1 + 69)
        refuse(commits([[CommitsFrame.Entry]](repeating: [entry], count: 1_025)), .invalid(.commits), at: start)
        #expect(throws: Never.self) {
            try Frame(decoding: commits([[CommitsFrame.Entry]](repeating: [entry], count: 1_024)))
        }
        refuse([0x42, 1] + epoch + [UInt8](repeating: 0, count: 48) + [0], .invalid(.lanes), at: 82)
        refuse([0x42, 1] + epoch + [UInt8](repeating: 0, count: 48) + [1, 5, 2], .invalid(.flags), at: 84)
    }
}
