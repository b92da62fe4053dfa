import Foundation

/// A socket that accepts connections.
struct Listener: Sendable {
    let socket: Int32
    let address: SocketAddress

    /// Opens a socket for every address of `host`; "localhost" has one of IPv4 and one of IPv6. All have the same
    /// port.
    static func open(host: String, port: Int) throws(ServerError) -> [Listener] {
        guard (0...65535).contains(port) else {
            throw ServerError("The port is \(port). It must be 0 to 65535; 0 chooses a free one.")
        }
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            throw ServerError(
                "The host \(shown(host)) has no address: \(String(cString: gai_strerror(code))).")
        }
        defer { freeaddrinfo(list) }
        var listeners: [Listener] = []
        var failure = ServerError("The host \(shown(host)) has no address.")
        var next = list
        while let info = next?.pointee {
            next = info.ai_next
            do {
                listeners.append(try Listener(info, port: listeners.first?.address.port ?? port, name: host))
            } catch {
                failure = error
            }
        }
        guard !listeners.isEmpty else { throw failure }
        return listeners
    }

    private init(_ info: addrinfo, port: Int, name: String) throws(ServerError) {
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        socket = Foundation.socket(info.ai_family, flags, 0)
        guard socket >= 0 else { throw .system("Opening a socket") }
        Self.enable(socket, Int32(SOL_SOCKET), SO_REUSEADDR)
        if info.ai_family == AF_INET6 { Self.enable(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
        let bigEndian = UInt16(port).bigEndian
        // The port has the same place in the addresses of both families.
        info.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_port = bigEndian }
        guard bind(socket, info.ai_addr, info.ai_addrlen) == 0, listen(socket, 1024) == 0 else {
            let error = ServerError.system("Listening on \(name) port \(port)")
            close(socket)
            throw error
        }
        address = SocketAddress(boundTo: socket)
    }

    static func enable(_ socket: Int32, _ level: Int32, _ option: Int32) {
        var one: Int32 = 1
        setsockopt(socket, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// How accepting went.
    enum Accepted {
        case connection(Int32, SocketAddress)
        case none
        /// The process has no more file descriptors.
        case exhausted
    }

    /// Accepts a connection, whose socket does not block.
    func accept() -> Accepted {
        while true {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Foundation.accept(socket, $0, &length)
                }
            }
            guard accepted >= 0 else {
                switch errno {
                case EINTR, ECONNABORTED: continue
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
                default: return .none
                }
            }
            _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
            _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
            Self.enable(accepted, Int32(IPPROTO_TCP), TCP_NODELAY)
            return .connection(accepted, SocketAddress(storage, length: length))
        }
    }
}
