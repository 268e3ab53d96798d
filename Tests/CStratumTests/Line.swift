import CStratum

/// A line and its request, which points into bytes that the line owns.
final class Line {
    let bytes: UnsafeMutableBufferPointer<UInt8>
    let status: rp_stratum_scan_status
    let isQuick: Bool
    var request = rp_stratum_request()

    init(_ bytes: [UInt8]) {
        self.bytes = .allocate(capacity: max(bytes.count, 1))
        _ = self.bytes.initialize(from: bytes)
        var quickStatus = RP_STRATUM_SCAN_OK
        isQuick = rp_stratum_scan_quick(&request, &quickStatus, self.bytes.baseAddress, bytes.count)
        status = rp_stratum_scan(&request, self.bytes.baseAddress, bytes.count)
    }

    convenience init(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// A request with `params` as JSON text.
    convenience init(method: String, params: String) {
        self.init(#"{"id":1,"method":"\#(method)","params":\#(params)}"#)
    }

    deinit {
        bytes.deallocate()
    }

    /// The slice as it stands in the line.
    func raw(_ value: rp_stratum_value) -> String {
        String(decoding: UnsafeBufferPointer(start: value.bytes, count: Int(value.length)), as: UTF8.self)
    }

    var params: [rp_stratum_value] {
        withUnsafeBytes(of: request.params_kept) { kept in
            Array(kept.bindMemory(to: rp_stratum_value.self).prefix(Int(request.param_count)))
        }
    }

    /// A string's text, unescaped; nil for anything else.
    func text(_ value: rp_stratum_value) -> String? {
        var value = value
        var length = 0
        var out = [UInt8](repeating: 0, count: Int(value.length))
        guard rp_stratum_decode(&out, out.count, &length, &value) else { return nil }
        return String(decoding: out.prefix(length), as: UTF8.self)
    }

    /// A reply to this line, by what `write` does with its id; nil when it does not fit.
    func reply(_ write: (inout rp_stratum_output, inout rp_stratum_value) -> Bool) -> String? {
        written { write(&$0, &request.id) }
    }
}

/// What `write` appends to an output of `capacity` bytes; nil when it refuses. The bytes behind the capacity and a
/// refused line are checked by ReplyTests for every capacity.
func written(capacity: Int = Int(RP_STRATUM_MAX_NOTIFY), _ write: (inout rp_stratum_output) -> Bool) -> String? {
    var memory = [UInt8](repeating: 0, count: capacity)
    return memory.withUnsafeMutableBufferPointer { buffer in
        var output = rp_stratum_output(bytes: buffer.baseAddress, capacity: capacity, length: 0)
        return write(&output) ? String(decoding: buffer.prefix(output.length), as: UTF8.self) : nil
    }
}

/// Every level.
let allLevels = rp_stratum_level_range(minimum: UInt8(RP_SHARE_LEVEL_MIN), maximum: UInt8(RP_SHARE_LEVEL_MAX))
