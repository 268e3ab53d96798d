public import Bitcoin
public import Wire

/// The miners of one MSP: who logs in as whom, and who becomes a new one.
///
/// A value without a clock, a disk or a network, for the one thread that writes the journal. A new account is in the
/// book at once, so that the next login of the same group finds it; `withdraw` takes it out again if its group could
/// not be stored. An account's number is that of its registration in the journal. A name, once given, stands for its
/// key for ever.
public struct AccountBook: Sendable {
    /// The network whose addresses are taken.
    public let network: Network

    /// What decides about new miners.
    public let policy: AccountPolicy

    /// All accounts, in the order of their numbers.
    public private(set) var miners: [MinerRegistration]

    private var numbersByKey: [XOnlyKeyBytes: UInt32] = [:]
    private var numbersByName: [RecordName: UInt32] = [:]

    /// The book of the miners that the journal has.
    ///
    /// - Parameter miners: in the order of their numbers, which count from 0 without a gap.
    public init(network: Network, policy: AccountPolicy, miners: [MinerRegistration]) {
        self.network = network
        self.policy = policy
        self.miners = miners
        for miner in miners { index(miner) }
    }

    /// Decides about a login.
    ///
    /// - Parameters:
    ///   - account: what stands before the first dot of the user name.
    ///   - password: the password with its options, of which `invite=CODE` counts here.
    public mutating func resolve(account: String, password: String) -> AccountDecision {
        if let name = RecordName(account), let number = numbersByName[name] {
            return .granted(miners[Int(number)])
        }
        do {
            guard let key = try AccountApplication.key(loggingIn: account, network: network) else {
                return .refused(.unknown)
            }
            if let number = numbersByKey[key] { return .granted(miners[Int(number)]) }
            let code = PasswordOptions.inviteCode(in: password)
            return consider(AccountApplication(key: key, name: nil, inviteCode: code))
        } catch {
            return .refused(error)
        }
    }

    /// Decides about a registration by web or command line.
    ///
    /// - Parameter isOperator: whether the operator asks, to whom neither the rule nor the webhook applies.
    public mutating func register(_ application: AccountApplication, isOperator: Bool) -> AccountDecision {
        if let decision = existing(application) { return decision }
        return isOperator ? create(application) : consider(application)
    }

    /// Goes on with an application that the webhook approved.
    public mutating func admit(_ application: AccountApplication) -> AccountDecision {
        existing(application) ?? create(application)
    }

    /// Takes out the accounts from a number on, whose group was not stored.
    public mutating func withdraw(from number: UInt32) {
        while let last = miners.last, last.number >= number {
            miners.removeLast()
            numbersByKey[last.key] = nil
            if let name = last.name { numbersByName[name] = nil }
        }
    }

    // MARK: Rules

    /// The decision where the key or the name is in the book already; nil where both are new.
    private func existing(_ application: AccountApplication) -> AccountDecision? {
        let byName = application.name.flatMap { numbersByName[$0] }
        guard let byKey = numbersByKey[application.key] else {
            return byName == nil ? nil : .refused(.nameTaken)
        }
        if application.name == nil || byName == byKey { return .granted(miners[Int(byKey)]) }
        return .refused(byName == nil ? .keyRegistered : .nameTaken)
    }

    private mutating func consider(_ application: AccountApplication) -> AccountDecision {
        switch policy.rule {
        case .open: break
        case .closed: return .refused(.closed)
        case .invite:
            guard isInvited(application.inviteCode) else { return .refused(.wrongInvite) }
        }
        return policy.asksWebhook ? .ask(application) : create(application)
    }

    private mutating func create(_ application: AccountApplication) -> AccountDecision {
        guard let number = UInt32(exactly: miners.count), number < policy.maximumAccounts else {
            return .refused(.full)
        }
        let miner = MinerRegistration(number: number, key: application.key, name: application.name)
        miners.append(miner)
        index(miner)
        return .created(miner)
    }

    private mutating func index(_ miner: MinerRegistration) {
        numbersByKey[miner.key] = miner.number
        if let name = miner.name { numbersByName[name] = miner.number }
    }

    /// Compares with every code, all bytes of each, so that the time does not tell how much of a guess is right.
    private func isInvited(_ code: String) -> Bool {
        let given = Array(code.utf8)
        return policy.inviteCodes.reduce(false) { found, code in
            let expected = Array(code.utf8)
            let difference = zip(expected, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
            return found || (!given.isEmpty && expected.count == given.count && difference == 0)
        }
    }
}
