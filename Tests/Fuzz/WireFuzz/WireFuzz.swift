import FuzzTargets

/// libFuzzer's entry point: checks the properties of `FuzzTarget.wire` for one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.wire.checkOrStop(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
