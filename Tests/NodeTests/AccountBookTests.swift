import Bitcoin
import Node
import Testing
import Wire

/// Keys that are points of the curve, and texts that are not.
private enum Text {
    /// BIP340's first two test keys, and the second as a compressed key.
    static let alice = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"
    static let bob = "dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659"
    static let carol = "dd308afec5777e13121fa72b9cc1b7cc0139715309b086c960e18fd969774eb8"
    /// BIP340: not on the curve.
    static let noPoint = "eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34"

    static func key(_ hex: String) throws -> XOnlyKeyBytes { try XOnlyKeyBytes(Hex.decode(hex)) }

    static func address(_ hex: String, _ network: Network) throws -> String {
        try #require(Address(script: .payToTaproot(key(hex)), network: network)).encoded
    }
}

@Suite struct AccountBookTests {
    private func book(_ policy: AccountPolicy = AccountPolicy(), _ miners: [MinerRegistration] = []) -> AccountBook {
        AccountBook(network: .regtest, policy: policy, miners: miners)
    }

    private func application(
        _ key: String, _ name: String = "", invite: String = ""
    ) throws(AccountRefusal) -> AccountApplication {
        try AccountApplication(keyText: key, nameText: name, inviteCode: invite, network: .regtest)
    }

    private func miner(_ number: UInt32, _ key: String, _ name: String? = nil) throws -> MinerRegistration {
        MinerRegistration(number: number, key: try Text.key(key), name: name.flatMap { RecordName($0) })
    }

    // MARK: Logins

    @Test func firstLoginByKeyCreatesAndTheNextFinds() throws {
        var book = book()
        #expect(book.resolve(account: Text.alice, password: "x") == .created(try miner(0, Text.alice)))
        #expect(book.resolve(account: Text.alice.uppercased(), password: "x") == .granted(try miner(0, Text.alice)))
        #expect(book.resolve(account: Text.bob, password: "") == .created(try miner(1, Text.bob)))
        #expect(book.miners == [try miner(0, Text.alice), try miner(1, Text.bob)])
    }

    @Test func addressAndKeyAreOneAccount() throws {
        var book = book()
        let address = try Text.address(Text.alice, .regtest)
        #expect(book.resolve(account: address, password: "") == .created(try miner(0, Text.alice)))
        #expect(book.resolve(account: Text.alice, password: "") == .granted(try miner(0, Text.alice)))
    }

    @Test func namesLogInButDoNotRegisterThemselves() throws {
        var book = book(AccountPolicy(), [try miner(0, Text.alice, "alice")])
        #expect(book.resolve(account: "alice", password: "") == .granted(try miner(0, Text.alice, "alice")))
        #expect(book.resolve(account: "bob", password: "") == .refused(.unknown))
        #expect(book.resolve(account: "Alice", password: "") == .refused(.unknown))
        #expect(book.miners.count == 1)
    }

    @Test(arguments: [
        (Text.noPoint, AccountRefusal.notOnCurve),
        (String(repeating: "0", count: 64), .notOnCurve),
        (String(repeating: "f", count: 64), .notOnCurve),
        ("02" + Text.alice, .unknown),
        ("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", .notTaproot),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", .otherNetwork),
        ("bcrt1p0000000000000000000000000000000000000000000000000000000000", .brokenAddress),
        ("BC1QBROKEN", .brokenAddress),
        ("", .unknown),
        ("no such name", .unknown),
    ])
    func loginsThatAreRefused(account: String, refusal: AccountRefusal) {
        var book = book()
        #expect(book.resolve(account: account, password: "") == .refused(refusal))
        #expect(book.miners.isEmpty)
    }

    @Test func taprootAddressOfAnotherNetworkIsRefused() throws {
        var book = book()
        for network in [Network.mainnet, .testnet4] {
            let address = try Text.address(Text.alice, network)
            #expect(book.resolve(account: address, password: "") == .refused(.otherNetwork))
        }
    }

    // MARK: Registration

    @Test func threeFormsOfAKeyAreOneMiner() throws {
        var book = book()
        let first = book.register(try application("03" + Text.bob, "bob"), isOperator: false)
        #expect(first == .created(try miner(0, Text.bob, "bob")))
        for text in [Text.bob, "02" + Text.bob, try Text.address(Text.bob, .regtest)] {
            #expect(book.register(try application(text), isOperator: false) == .granted(try miner(0, Text.bob, "bob")))
        }
    }

    @Test func aNameNeverChangesItsKeyNorAKeyItsName() throws {
        var book = book(AccountPolicy(), [try miner(0, Text.alice, "alice"), try miner(1, Text.bob)])
        #expect(book.register(try application(Text.carol, "alice"), isOperator: true) == .refused(.nameTaken))
        #expect(book.register(try application(Text.bob, "alice"), isOperator: true) == .refused(.nameTaken))
        #expect(book.register(try application(Text.alice, "other"), isOperator: true) == .refused(.keyRegistered))
        #expect(book.register(try application(Text.bob, "bob"), isOperator: true) == .refused(.keyRegistered))
        #expect(
            book.register(try application(Text.alice, "alice"), isOperator: false)
                == .granted(try miner(0, Text.alice, "alice")))
        #expect(book.miners.count == 2)
    }

    @Test(arguments: ["Alice", "a.b", "bc1q", "tb1alice", "bcrt1x", "a b", String(repeating: "a", count: 33)])
    func namesThatAreRefused(name: String) {
        #expect(throws: AccountRefusal.badName) { try application(Text.alice, name) }
    }

    @Test(arguments: [
        ("", AccountRefusal.notAKey), ("alice", .notAKey), ("04" + Text.alice, .notAKey),
        ("02" + Text.noPoint, .notOnCurve),
        (Text.noPoint, .notOnCurve),
    ])
    func keysThatAreRefused(key: String, refusal: AccountRefusal) {
        #expect(throws: refusal) { try application(key) }
    }

    // MARK: Rules

    @Test func closedTakesTheOperatorsMinersOnly() throws {
        var book = book(AccountPolicy(rule: .closed))
        #expect(book.resolve(account: Text.alice, password: "") == .refused(.closed))
        #expect(book.register(try application(Text.alice, "alice"), isOperator: false) == .refused(.closed))
        let registered = book.register(try application(Text.alice, "alice"), isOperator: true)
        #expect(registered == .created(try miner(0, Text.alice, "alice")))
        #expect(book.resolve(account: Text.alice, password: "") == .granted(try miner(0, Text.alice, "alice")))
    }

    @Test(arguments: [
        ("invite=code-one", true), ("d=8,invite=code-two", true), ("x; invite=code-one", true),
        ("invite=code-on", false), ("invite=code-one2", false), ("invite=", false), ("", false),
        ("invite=wrong,invite=code-one", false), ("code-one", false),
    ])
    func invitesInPasswords(password: String, isInvited: Bool) throws {
        var book = book(AccountPolicy(rule: .invite, inviteCodes: ["code-one", "code-two"]))
        let expected = isInvited ? AccountDecision.created(try miner(0, Text.alice)) : .refused(.wrongInvite)
        #expect(book.resolve(account: Text.alice, password: password) == expected)
    }

    @Test func invitesInApplications() throws {
        var book = book(AccountPolicy(rule: .invite, inviteCodes: ["code-one"]))
        #expect(book.register(try application(Text.alice), isOperator: false) == .refused(.wrongInvite))
        let invited = book.register(try application(Text.alice, invite: "code-one"), isOperator: false)
        #expect(invited == .created(try miner(0, Text.alice)))
        #expect(book.resolve(account: Text.alice, password: "") == .granted(try miner(0, Text.alice)))
    }

    @Test func theWebhookIsAskedOnceTheRuleAgrees() throws {
        var book = book(AccountPolicy(asksWebhook: true))
        guard case .ask(let asked) = book.resolve(account: Text.alice, password: "") else {
            Issue.record("the webhook was not asked")
            return
        }
        #expect(asked == (try application(Text.alice)))
        #expect(book.miners.isEmpty)
        #expect(book.admit(asked) == .created(try miner(0, Text.alice)))
        #expect(book.admit(asked) == .granted(try miner(0, Text.alice)))
        #expect(book.register(try application(Text.bob), isOperator: true) == .created(try miner(1, Text.bob)))
        var closed = self.book(AccountPolicy(rule: .closed, asksWebhook: true))
        #expect(closed.resolve(account: Text.alice, password: "") == .refused(.closed))
    }

    @Test func aNameTakenWhileTheWebhookThoughtStaysTaken() throws {
        var book = book(AccountPolicy(asksWebhook: true))
        let application = try application(Text.alice, "name")
        #expect(book.register(application, isOperator: false) == .ask(application))
        _ = book.register(try self.application(Text.bob, "name"), isOperator: true)
        #expect(book.admit(application) == .refused(.nameTaken))
    }

    @Test func aFullBookTakesNobodyNew() throws {
        var book = book(AccountPolicy(maximumAccounts: 1))
        #expect(book.resolve(account: Text.alice, password: "") == .created(try miner(0, Text.alice)))
        #expect(book.resolve(account: Text.bob, password: "") == .refused(.full))
        #expect(book.resolve(account: Text.alice, password: "") == .granted(try miner(0, Text.alice)))
    }

    // MARK: Storing

    @Test func whatCouldNotBeStoredIsTakenBack() throws {
        var book = book(AccountPolicy(), [try miner(0, Text.alice, "alice")])
        _ = book.register(try application(Text.bob, "bob"), isOperator: false)
        _ = book.resolve(account: Text.carol, password: "")
        book.withdraw(from: 1)
        #expect(book.miners == [try miner(0, Text.alice, "alice")])
        #expect(book.resolve(account: "bob", password: "") == .refused(.unknown))
        #expect(book.resolve(account: Text.carol, password: "") == .created(try miner(1, Text.carol)))
        let again = book.register(try application(Text.bob, "bob"), isOperator: false)
        #expect(again == .created(try miner(2, Text.bob, "bob")))
    }

    @Test(arguments: AccountRefusal.allCases) func refusalsFitIntoAnAnswer(refusal: AccountRefusal) {
        #expect(refusal.description.utf8.count <= 128)
        #expect(refusal.description.utf8.allSatisfy { (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "\"") })
    }
}
