internal import Bitcoin
internal import Broadcast
internal import Wire

/// The checks of one epoch.
struct EpochChecks {
    let configuration: EpochConfiguration
    var order: OrderCheck
    var agreement: AgreementCheck
    var delivery: DeliveryCheck
    var votes: VoteCheck
    var evidence: EvidenceCheck
    var close: CloseCheck
    let footprint: FootprintCheck
    let shape: ShapeCheck
    var book: VertexBook

    init(_ configuration: EpochConfiguration) {
        let count = configuration.authors.count
        self.configuration = configuration
        order = OrderCheck(configuration)
        agreement = AgreementCheck(authorCount: count)
        delivery = DeliveryCheck(authorCount: count)
        votes = VoteCheck(authorCount: count)
        evidence = EvidenceCheck(authorCount: count)
        close = CloseCheck(configuration)
        footprint = FootprintCheck(configuration)
        shape = ShapeCheck(configuration)
        book = VertexBook(authorCount: count)
    }
}
