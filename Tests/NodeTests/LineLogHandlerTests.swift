import Logging
import Testing

@testable import Node

@Suite struct LineLogHandlerTests {
    @Test func textFromOutsideStaysOnItsLine() {
        let line = LineLogHandler.text(
            "T", .warning, "pool", "a\nb", [(key: "agent", value: "x\r\n\u{1b}[31m"), (key: "n", value: "5")])
        #expect(line == "T warning pool: a b agent=x   [31m n=5")
    }

    @Test func jsonIsOneObject() {
        let line = LineLogHandler.json("T", .info, "pool", "say \"hi\"\n", [(key: "k", value: "v")])
        #expect(line == #"{"time":"T","level":"info","label":"pool","message":"say \"hi\"\n","k":"v"}"#)
    }
}
