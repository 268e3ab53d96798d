internal import Storage
public import Wire

/// Registers miners in the journal of a daemon that does not run.
public enum OfflineRegistration {
    /// Registers a miner as the operator, durably.
    ///
    /// - Returns: the account, and whether it is new.
    /// - Throws: `ProgramFailure`, which says that the directory is in use while the daemon runs.
    public static func register(
        configurationPath: String, environment: [String: String], keyText: String, nameText: String
    ) throws(ProgramFailure) -> (miner: MinerRegistration, isNew: Bool) {
        let founding = try Founding(configurationPath: configurationPath, environment: environment)
        let application: AccountApplication
        do {
            application = try AccountApplication(
                keyText: keyText, nameText: nameText, inviteCode: "", network: founding.genesis.network)
        } catch {
            throw ProgramFailure(.usage, error.description)
        }
        do {
            let journal = try ShareJournal(try founding.openStore())
            var book = AccountBook(
                network: founding.genesis.network, policy: founding.configuration.accounts.policy,
                miners: try journal.miners())
            switch book.register(application, isOperator: true) {
            case .granted(let miner): return (miner, false)
            case .created(let miner):
                try journal.append(JournalGroup(miners: [miner]))
                return (miner, true)
            case .refused(let refusal): throw ProgramFailure(.cannotCreate, refusal.description)
            case .ask: throw ProgramFailure(.software, "the operator is asked about the operator's own miner")
            }
        } catch {
            throw ProgramFailure(error)
        }
    }
}
