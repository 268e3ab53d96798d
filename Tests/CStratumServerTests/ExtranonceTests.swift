import StratumServerHost
import Testing

/// The space of extranonce1 (row H36).
@Suite("CStratum server: extranonce1")
struct ExtranonceTests {
    @Test func anExhaustedSpaceRefusesAndNothingComesTwice() throws {
        try ExtranonceSpace.check()
    }
}
