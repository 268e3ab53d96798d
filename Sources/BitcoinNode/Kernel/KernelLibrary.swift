internal import Bitcoin
internal import CKernel
public import Foundation

/// Bitcoin Core's consensus code: `libbitcoinkernel`, loaded at run time and never unloaded.
///
/// Safe: the table of functions is written once, in `init`, before anyone else has the reference.
@safe
public final class KernelLibrary: @unchecked Sendable {
    /// SHA-256 of the library that `scripts/setup-kernel` installs, in hex.
    public static let pinnedDigest = "e80dca966a7c5260f87e8ae7e6a4d8082e743f0014737924623e8c652b2df93e"

    /// The environment variable that names another place of the library.
    public static let environmentVariable = "RADPOOL_KERNEL_LIBRARY"

    let table: OpaquePointer

    /// Loads the library.
    ///
    /// - Parameter digest: the SHA-256 that the file must have, in hex; nil takes any file, for which nobody can say
    ///   that functions of the right names do the right things.
    public init(path: String, expecting digest: String? = KernelLibrary.pinnedDigest) throws(KernelError) {
        guard let file = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else {
            throw .noFile(path: path)
        }
        if let digest {
            let found = Hex.encode(SHA256.hash([UInt8](file)).bytes)
            guard found == digest else {
                throw .notPinned(path: path, sha256: found)
            }
        }
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: rp_kernel_library_size(), alignment: Int(RP_KERNEL_ALIGN))
        unsafe table = OpaquePointer(memory)
        var message = [CChar](repeating: 0, count: Int(RP_KERNEL_MESSAGE_CAPACITY))
        let status = unsafe rp_kernel_load(table, path, &message)
        guard status == RP_KERNEL_OK else {
            unsafe memory.deallocate()
            let words = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw status == RP_KERNEL_NO_SYMBOL ? .otherABI(path: path, words) : .notLoadable(path: path, words)
        }
    }

    /// Where the library is: what the environment variable names, else `.kernel/libbitcoinkernel.so` below `folder`,
    /// else below the nearest folder above the program that has one: a program may be started from anywhere.
    public static func path(
        environment: [String: String] = ProcessInfo.processInfo.environment, folder: URL,
        program: URL? = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    ) -> String {
        if let named = environment[environmentVariable] { return named }
        let name = ".kernel/libbitcoinkernel.so"
        var folders = [folder]
        var above = program?.deletingLastPathComponent()
        while let next = above, next.path != "/" {
            folders.append(next)
            above = next.deletingLastPathComponent()
        }
        let paths = folders.map { $0.appending(path: name).path }
        return paths.first { FileManager.default.fileExists(atPath: $0) } ?? paths[0]
    }
}
