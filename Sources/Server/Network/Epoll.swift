import Foundation

/// The system's epoll, whose header the module Glibc does not include.
struct Epoll: @unchecked Sendable {
    private typealias Create = @convention(c) (Int32) -> Int32
    private typealias Control = @convention(c) (Int32, Int32, Int32, UnsafeMutableRawPointer?) -> Int32
    private typealias Wait = @convention(c) (Int32, UnsafeMutableRawPointer?, Int32, Int32) -> Int32

    static let input: UInt32 = 0x001
    static let output: UInt32 = 0x004
    static let error: UInt32 = 0x008
    static let hangup: UInt32 = 0x010
    static let inputEnded: UInt32 = 0x2000

    enum Operation: Int32 {
        case add = 1
        case remove = 2
        case change = 3
    }

    /// Where the data lies in `struct epoll_event`, which is packed on x86-64 only.
    #if arch(x86_64)
        private static let (dataOffset, stride) = (4, 12)
    #else
        private static let (dataOffset, stride) = (8, 16)
    #endif
    private static let capacity = 256

    private let descriptor: Int32
    private let control: Control
    private let waiting: Wait
    private let events = UnsafeMutableRawPointer.allocate(byteCount: stride * capacity, alignment: 8)

    init() throws(ServerError) {
        guard let create = dlsym(nil, "epoll_create1"), let control = dlsym(nil, "epoll_ctl"),
            let wait = dlsym(nil, "epoll_wait")
        else { throw ServerError("The C library has no epoll.") }
        self.control = unsafeBitCast(control, to: Control.self)
        waiting = unsafeBitCast(wait, to: Wait.self)
        descriptor = unsafeBitCast(create, to: Create.self)(O_CLOEXEC)
        guard descriptor >= 0 else {
            events.deallocate()
            throw .system("Creating an epoll descriptor")
        }
    }

    /// Releases everything. Must be called once.
    func close() {
        _ = Foundation.close(descriptor)
        events.deallocate()
    }

    @discardableResult
    func set(_ operation: Operation, _ socket: Int32, events: UInt32, data: UInt64) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: Self.stride, alignment: 8) { event in
            event.storeBytes(of: events, as: UInt32.self)
            event.storeBytes(of: data, toByteOffset: Self.dataOffset, as: UInt64.self)
            return control(descriptor, operation.rawValue, socket, event.baseAddress) == 0
        }
    }

    /// Waits for events and passes each on.
    ///
    /// - Parameter milliseconds: The longest time; -1 waits without end.
    func wait(milliseconds: Int32, _ take: (_ events: UInt32, _ data: UInt64) -> Void) {
        let count = waiting(descriptor, events, Int32(Self.capacity), milliseconds)
        for i in 0..<max(0, Int(count)) {
            let event = events + i * Self.stride
            take(
                event.loadUnaligned(as: UInt32.self),
                event.loadUnaligned(fromByteOffset: Self.dataOffset, as: UInt64.self))
        }
    }
}
