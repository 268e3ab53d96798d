/// The options that miners write into their password, separated by `,`, `;` or spaces (docs/protocol/stratum.md).
enum PasswordOptions {
    /// What follows `invite=` where it first stands; empty without it.
    static func inviteCode(in password: String) -> String {
        let prefix = "invite="
        let options = password.split { ",; ".contains($0) }
        return options.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) } ?? ""
    }
}
