internal import BitcoinNode
internal import Foundation
public import Logging

/// Writes log messages to standard error: a line of text or a JSON object each.
public struct LineLogHandler: LogHandler {
    /// The least grave messages that are written.
    public var logLevel: Logger.Level
    /// What is said with every message.
    public var metadata: Logger.Metadata = [:]

    private let label: String
    private let format: LogSettings.Format

    /// A handler for a part of the program.
    public init(label: String, settings: LogSettings) {
        self.label = label
        format = settings.format
        logLevel = Logger.Level(rawValue: settings.level.rawValue) ?? .info
    }

    /// One value of the metadata of every message.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a message.
    public func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let line =
            switch format {
            case .text: Self.text(time, event.level, label, "\(event.message)", all)
            case .json: Self.json(time, event.level, label, "\(event.message)", all)
            }
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    static func text(
        _ time: String, _ level: Logger.Level, _ label: String, _ message: String,
        _ metadata: [(key: String, value: Logger.Metadata.Value)]
    ) -> String {
        let pairs = metadata.map { " \($0.key)=\(oneLine("\($0.value)"))" }.joined()
        return "\(time) \(level.rawValue) \(label): \(oneLine(message))\(pairs)"
    }

    static func json(
        _ time: String, _ level: Logger.Level, _ label: String, _ message: String,
        _ metadata: [(key: String, value: Logger.Metadata.Value)]
    ) -> String {
        let head: [(String, String)] = [
            ("time", time), ("level", level.rawValue), ("label", label), ("message", message),
        ]
        let members = (head + metadata.map { ($0.key, "\($0.value)") }).map { JSONValue.Member($0.0, .string($0.1)) }
        return JSONValue.object(members).encoded
    }

    /// What came from outside cannot begin a line of its own, nor steer a terminal.
    private static func oneLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
