public import BitcoinNode
public import Storage
public import Stratum

/// Why a program ends: one line for the operator, and the exit code (docs/operating.md).
public struct ProgramFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a process tells who started it, as sysexits.h has the numbers.
    public enum Status: Int32, Sendable, CaseIterable {
        /// The command line is wrong.
        case usage = 64
        /// Something outside is missing: the kernel library, a port, the daemon.
        case unavailable = 69
        /// A mistake of the program.
        case software = 70
        /// A file cannot be made, or is there already, or another process has the directory.
        case cannotCreate = 73
        /// The disk refuses, or what is stored is damaged.
        case inputOutput = 74
        /// A file may not be read, or others may read a secret one.
        case permission = 77
        /// The configuration or the genesis is wrong.
        case configuration = 78
    }

    /// The exit code.
    public let status: Status

    /// One line.
    public let description: String

    /// A failure.
    public init(_ status: Status, _ description: String) {
        self.status = status
        self.description = description
    }

    /// A configuration or genesis that cannot be used.
    public init(_ error: ConfigurationError) {
        self.init(.configuration, error.description)
    }

    /// An embedded node that does not start.
    public init(_ error: RegtestNodeError) {
        let status: Status =
            switch error {
            case .kernel: .unavailable
            case .cannotMakeDirectory, .directoryInUse: .cannotCreate
            case .journal, .journalRefused: .inputOutput
            }
        self.init(status, error.description)
    }

    /// A kernel library that cannot be used.
    public init(_ error: KernelError) {
        self.init(.unavailable, error.description)
    }

    /// A JSON-RPC server that does not start.
    public init(_ error: RPCServerError) {
        self.init(.unavailable, error.description)
    }

    /// A stratum server that does not start.
    public init(_ error: StratumError) {
        let status: Status =
            switch error {
            case .outOfMemory, .noThreads, .badJob: .software
            case .bindFailed: .unavailable
            case .badConfiguration, .badAddress, .tlsFailed: .configuration
            }
        self.init(status, error.description)
    }

    /// A store that does not open.
    public init(_ error: StorageError) {
        switch error {
        case .directoryInUse(let path, let processID):
            let holder = processID.map { " by process \($0)" } ?? ""
            self.init(.cannotCreate, "\(path) is in use\(holder)")
        case .cannotOpen(let path, let reason): self.init(.cannotCreate, "cannot open \(path): \(reason)")
        case .newerSchema: self.init(.configuration, "the data directory was written by a later version of Radpool")
        case .foreign:
            self.init(.configuration, "the data directory belongs to another syndicate or MSP")
        case .corrupt(let corruption):
            self.init(
                .inputOutput, "the journal is damaged: \(corruption.place): \(corruption.problem); restore a backup")
        case .diskFull: self.init(.inputOutput, "the disk is full")
        case .inputOutput(let reason): self.init(.inputOutput, reason)
        case .database(let code, let message): self.init(.inputOutput, "SQLite \(code): \(message)")
        case .unknownJob, .unknownMiner, .wrongMinerNumber, .alreadyStored:
            self.init(.software, "the journal refuses a group: \(error)")
        }
    }

    /// A key file that cannot be used.
    public init(_ error: KeyFileError) {
        let status: Status =
            switch error {
            case .exists, .cannotCreate: .cannotCreate
            case .cannotWrite, .cannotRead: .inputOutput
            case .notPrivate, .notPermitted: .permission
            case .notAKey: .configuration
            case .noRandomness, .arithmetic: .software
            }
        self.init(status, error.description)
    }
}
