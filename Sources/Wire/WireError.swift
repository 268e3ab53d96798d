public import Bitcoin

/// Why a byte string is no record, and where.
public struct WireError: Error, Hashable, Sendable {
    /// What is wrong at the offset.
    public enum Kind: Hashable, Sendable {
        /// The bytes are not in the form of the field, or end before it, or go on after the last.
        case malformed(ParseError.Kind)
        /// No record has this type.
        case unknownType(UInt8)
        /// The record is of another type than the one asked for.
        case unexpectedType(RecordType)
        /// The type has no such version.
        case unknownVersion(UInt8)
        /// The field has a value that it may not have, or in a form that is not canonical.
        case invalid(RecordField)
    }

    /// What is wrong.
    public let kind: Kind

    /// The byte offset in the record at which the offending field starts, 0 through the record's length.
    public let offset: Int

    /// An error of the given kind at a byte offset.
    public init(_ kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

/// Why a value can be no record: the field that breaks its bounds in docs/protocol/wire.md.
public struct RecordFault: Error, Hashable, Sendable {
    /// The field.
    public let field: RecordField

    /// A fault in a field.
    public init(_ field: RecordField) {
        self.field = field
    }
}

/// The fields of records whose values have bounds.
public enum RecordField: Hashable, Sendable {
    /// The genesis' network.
    case network
    /// A syndicate's or miner's name, or the byte that says whether there is one.
    case name
    /// The genesis' members: their number, order or scripts.
    case members
    /// The genesis' bootstrap script.
    case bootstrapScript
    /// The genesis' bounds of share levels, or a share's level.
    case level
    /// The genesis' PPLNS window.
    case windowMultiple
    /// The genesis' difficulty on regtest.
    case regtestLevel
    /// The genesis' closing lag.
    case closingLag
    /// The genesis' service fee.
    case serviceFee
    /// The genesis' minimum output.
    case minimumOutput
    /// The genesis' bounds of fee rates.
    case feeRate
    /// The genesis' forwarding blocks.
    case forwardingBlocks
    /// The genesis' minimum work.
    case minimumWork
    /// The genesis' seated work.
    case seatedWork
    /// The genesis' seated members.
    case seatedMembers
    /// The genesis' settlement window.
    case settlementBlocks
    /// A job's header version.
    case version
    /// A job's nBits.
    case compactTarget
    /// A job's earliest time.
    case minimumTime
    /// A job's merkle branch.
    case merkleBranch
    /// A job's coinbase value.
    case value
    /// A job's custody script.
    case custodyScript
    /// A job's coinbase tag.
    case tag
    /// The byte that says whether a job has a witness commitment.
    case witnessCommitment
    /// A batch's jobs: their order, or one without a work.
    case jobs
    /// A batch's works: their order, one twice, or one without a share.
    case works
    /// A batch's shares: their number, or a reference to no work.
    case shares
    /// An epoch's authors: their number, order or the number of voters.
    case authors
    /// An epoch's gate version.
    case gateVersion
    /// An epoch's bounds of payloads, or a vertex's records.
    case records
    /// A vertex's or vote's sequence within its lane.
    case sequence
    /// A vertex's round.
    case round
    /// A vertex's parents.
    case parents
    /// A vertex's flags.
    case flags
    /// The digests of evidence: equal, or in the wrong order.
    case digests
    /// A frame's votes: their number or kind.
    case votes
    /// The lanes of a status.
    case lanes
    /// What a frame pulls.
    case pulls
    /// A certificate's signatures: their number or order.
    case signatures
    /// The commits of a frame: their number.
    case commits
    /// The vertices of a commit: their number.
    case vertices
    /// A proof's work.
    case work
    /// The index of a proof's leaf.
    case leafIndex
    /// The number of leaves of a proof's tree.
    case leafCount
    /// The number of a proof's siblings.
    case siblings
    /// A found block's job.
    case job
    /// What a voter answers.
    case answer
    /// Why a link is closed.
    case reason
}
