internal import TOMLKit

/// A value of a configuration file, or the text of an environment variable that stands in for one.
enum ConfigurationValue {
    case integer(Int)
    case number(Double)
    case text(String)
    case flag(Bool)
    case list([ConfigurationValue])
    /// An environment variable: whatever it is to be read as.
    case environment(String)
    /// A table, date or time, which no key takes: what it is.
    case other(String)

    init(_ value: any TOMLValueConvertible) {
        if let integer = value.int {
            self = .integer(integer)
        } else if let number = value.double {
            self = .number(number)
        } else if let text = value.string {
            self = .text(text)
        } else if let flag = value.bool {
            self = .flag(flag)
        } else if let array = value.array {
            self = .list((0..<array.count).map { ConfigurationValue(array[$0]) })
        } else {
            self = .other(value.type.description)
        }
    }

    var integer: Int? {
        switch self {
        case .integer(let integer): integer
        case .environment(let text): Int(text)
        default: nil
        }
    }

    var number: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        case .environment(let text): Double(text)
        default: nil
        }
    }

    var text: String? {
        switch self {
        case .text(let text), .environment(let text): text
        default: nil
        }
    }

    var flag: Bool? {
        switch self {
        case .flag(let flag): flag
        case .environment(let text): Bool(text)
        default: nil
        }
    }

    /// The elements of a list; those of an environment variable stand between commas.
    var list: [ConfigurationValue]? {
        switch self {
        case .list(let elements): elements
        case .environment(let text): text.split(separator: ",").map { .environment(String($0)) }
        default: nil
        }
    }
}

extension ConfigurationValue: CustomStringConvertible {
    /// The value as a file could have it, on one line.
    var description: String {
        switch self {
        case .integer(let integer): String(integer)
        case .number(let number): String(number)
        case .text(let text), .environment(let text): TOMLText.quote(text)
        case .flag(let flag): String(flag)
        case .list(let elements): "[" + elements.map(\.description).joined(separator: ", ") + "]"
        case .other(let kind): "a \(kind)"
        }
    }
}
