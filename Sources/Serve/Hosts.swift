import Foundation

/// The host names by which browsers may address the server.
enum Hosts {
    /// Whether only this machine can reach the address.
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// The name of this machine.
    static var machine: String { ProcessInfo.processInfo.hostName.lowercased() }

    /// The names that lead to a host; for all interfaces, the addresses and the name of the machine.
    static func names(for host: String) -> Set<String> {
        guard ["0.0.0.0", "::"].contains(host) else { return [host.contains(":") ? "[\(host)]" : host] }
        let addresses = Host.current().addresses.map { $0.contains(":") ? "[\($0)]" : $0 }
        return Set(addresses + [machine])
    }
}
