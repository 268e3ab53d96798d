internal import Bitcoin

/// Why there is no account. The description is the text for the miner: at most 128 bytes of printable ASCII.
public enum AccountRefusal: Error, Hashable, Sendable, CaseIterable {
    /// Neither a registered name nor an address nor a key.
    case unknown
    /// The address is one of another network.
    case otherNetwork
    /// An address, but not a taproot one.
    case notTaproot
    /// The form of an address, with a mistake in it.
    case brokenAddress
    /// 32 bytes that are no point of the curve.
    case notOnCurve
    /// No public key in a form that can be registered.
    case notAKey
    /// A name of other characters, too long, or like an address.
    case badName
    /// The name stands for another key.
    case nameTaken
    /// The key was registered before, with another name or none.
    case keyRegistered
    /// Only the operator registers miners here.
    case closed
    /// The invite code is missing or not one of this MSP's.
    case wrongInvite
    /// The MSP's webhook refuses, or does not answer.
    case webhook
    /// There are as many accounts as this MSP takes.
    case full
    /// The account cannot be stored now.
    case notStored
}

extension AccountRefusal: CustomStringConvertible {
    /// One line for the miner.
    public var description: String {
        switch self {
        case .unknown: "no such account: log in with a registered name, a taproot address or 64 hex of an x-only key"
        case .otherNetwork: "this address is of another network than the pool's"
        case .notTaproot: "only taproot addresses can be paid: this one is of another kind"
        case .brokenAddress: "this address has a typing mistake"
        case .notOnCurve: "this key is not a point of secp256k1"
        case .notAKey: "a key is 64 hex (x-only), 66 hex (compressed) or a taproot address"
        case .badName: "a name is 1 to 32 of a-z, 0-9, - and _, and not like an address"
        case .nameTaken: "this name belongs to another key"
        case .keyRegistered: "this key is registered already, under another name or none"
        case .closed: "this pool takes registered miners only"
        case .wrongInvite: "this pool takes new miners by invitation: put invite=CODE into the password"
        case .webhook: "this pool did not approve the account"
        case .full: "this pool takes no more accounts"
        case .notStored: "pool cannot store accounts now"
        }
    }
}
