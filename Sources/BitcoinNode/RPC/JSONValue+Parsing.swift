extension JSONValue {
    /// The value that JSON text is: UTF-8, nothing behind it, no member twice in one object, at most 64 levels deep.
    ///
    /// - Throws: `JSONError` with the offset of the first byte that does not fit.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        self = try JSONParser.parse(bytes)
    }
}
