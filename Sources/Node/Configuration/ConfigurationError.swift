/// What is wrong with a configuration or genesis file. A program that meets it ends with exit code 78.
public struct ConfigurationError: Error, Hashable, Sendable {
    /// One line that names the file, the line and the key, or the environment variable, and what is allowed.
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    /// A problem at a place of a file.
    init(file: String, line: Int?, key: String?, _ problem: String) {
        let place = [file, line.map(String.init)].compactMap(\.self).joined(separator: ":")
        description = [place, key, problem].compactMap(\.self).joined(separator: ": ")
    }
}

extension ConfigurationError: CustomStringConvertible {}
