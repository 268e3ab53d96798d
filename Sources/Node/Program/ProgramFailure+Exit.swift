internal import BitcoinNode
internal import Foundation
internal import Storage
internal import Stratum

extension ProgramFailure {
    /// Writes the line to standard error and ends the process with the exit code.
    public func exit(program: String) -> Never {
        FileHandle.standardError.write(Data("\(program): \(description)\n".utf8))
        Foundation.exit(status.rawValue)
    }

    /// Any error as a failure: those of this program's parts with their codes, others as a mistake of the program.
    public init(_ error: any Error) {
        switch error {
        case let failure as ProgramFailure: self = failure
        case let error as ConfigurationError: self.init(error)
        case let error as KeyFileError: self.init(error)
        case let error as KernelError: self.init(error)
        case let error as RegtestNodeError: self.init(error)
        case let error as RPCServerError: self.init(error)
        case let error as StorageError: self.init(error)
        case let error as StratumError: self.init(error)
        default: self.init(.software, "\(error)")
        }
    }
}
