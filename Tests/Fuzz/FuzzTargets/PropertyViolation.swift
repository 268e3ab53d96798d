/// A property of a parser that does not hold for some input.
public struct PropertyViolation: Error, CustomStringConvertible {
    /// What does not hold.
    public let description: String

    /// Throws a violation unless the condition holds.
    static func unless(_ condition: Bool, _ description: @autoclosure () -> String) throws(PropertyViolation) {
        guard condition else {
            throw PropertyViolation(description: description())
        }
    }
}
