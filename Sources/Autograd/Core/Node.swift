import CKernels
import Synchronization

/// Where a tensor came from: the operation's inputs and how to pull a cotangent back through it.
final class Node: @unchecked Sendable {
    /// Rises with every node made, so that a node's consumers always have larger ids.
    let id: UInt64
    let operation: StaticString
    /// The shapes of the outputs, for checks and for zero cotangents.
    let outputShapes: [[Int]]
    private(set) var inputs: [Edge]
    private var rule: Rule?
    private let used = Atomic<Bool>(false)

    static let live = Atomic<Int>(0)
    private static let nextID = Atomic<UInt64>(0)

    /// Every node made so far has an id of at most this.
    static var lastID: UInt64 { nextID.load(ordering: .relaxed) }

    /// One input: the node and output it came from, or nil where it is not tracked.
    struct Edge {
        let node: Node?
        let output: Int
    }

    enum Rule {
        case single(@Sendable (Tensor, Wanted) -> [Tensor?])
        case multiple(@Sendable ([Tensor?], Wanted) -> [Tensor?])
        /// Also yields gradients of what the inputs do not name (checkpointing).
        case replay(@Sendable ([Tensor?]) -> Replayed)
    }

    struct Replayed {
        var inputs: [Tensor?]
        var parameters: Gradients
        /// Cotangents of tensors from before that the replayed closure had captured.
        var captured: [(node: Node, output: Int, cotangent: Tensor)]
    }

    init(_ operation: StaticString, inputs: [Edge], outputShapes: [[Int]], rule: Rule?) {
        id = Node.nextID.add(1, ordering: .relaxed).newValue
        self.operation = operation
        self.inputs = inputs
        self.outputShapes = outputShapes
        self.rule = rule
        Node.live.add(1, ordering: .relaxed)
    }

    /// A parameter's node: nothing lies behind it.
    convenience init(leafOfShape shape: [Int]) {
        self.init("parameter", inputs: [], outputShapes: [shape], rule: nil)
        isLeaf = true
    }

    private(set) var isLeaf = false

    /// The inputs and the rule, which the node then gives up unless `keeping` them.
    func take(keeping: Bool) -> (inputs: [Edge], rule: Rule) {
        let wasUsed =
            keeping ? used.load(ordering: .acquiring) : used.exchange(true, ordering: .acquiringAndReleasing)
        guard !wasUsed, let rule else {
            fail(
                """
                backward: this graph was used before, and its operation "\(operation)" has been freed. \
                Call backward(retainGraph: true) the first time to use a graph twice.
                """)
        }
        defer {
            if !keeping {
                inputs = []
                self.rule = nil
            }
        }
        return (inputs, rule)
    }

    deinit {
        Node.live.subtract(1, ordering: .relaxed)
        if rule != nil { ReleaseQueue.release(&inputs, &rule) }
    }
}

/// Releases graphs without recursion: a chain of a million nodes would overflow the stack otherwise, whether a node
/// is held as an input or by what a rule has captured.
private final class ReleaseQueue {
    private var waiting: [([Node.Edge], Node.Rule?)] = []
    private var isRunning = false

    /// One queue per thread.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { Unmanaged<ReleaseQueue>.fromOpaque($0!).release() }
        return key
    }()

    private static var current: ReleaseQueue {
        if let pointer = pthread_getspecific(key) {
            return Unmanaged<ReleaseQueue>.fromOpaque(pointer).takeUnretainedValue()
        }
        let queue = ReleaseQueue()
        pthread_setspecific(key, Unmanaged.passRetained(queue).toOpaque())
        return queue
    }

    /// Takes what a dying node holds, so that nothing is left for the end of its `deinit`.
    static func release(_ inputs: inout [Node.Edge], _ rule: inout Node.Rule?) {
        let queue = current
        queue.waiting.append((inputs, rule))
        (inputs, rule) = ([], nil)
        guard !queue.isRunning else { return }
        queue.isRunning = true
        while let last = queue.waiting.popLast() { withExtendedLifetime(last) {} }
        queue.isRunning = false
    }
}
