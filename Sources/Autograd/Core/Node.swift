import CKernels
import Synchronization

/// A node of the graph: an operation's inputs and its gradient rule.
final class Node: @unchecked Sendable {
    /// Increases with every new node, so a node's consumers always have larger ids.
    let id: UInt64
    let operation: StaticString
    /// The shapes of the outputs, used for checks and for zero cotangents.
    let outputShapes: [[Int]]
    private(set) var inputs: [Edge]
    private var rule: Rule?
    private let used = Atomic<Bool>(false)

    static let live = Atomic<Int>(0)
    private static let nextID = Atomic<UInt64>(0)

    /// The largest id in use. Every existing node has an id of at most this.
    static var lastID: UInt64 { nextID.load(ordering: .relaxed) }

    /// One input: its node and output index, or nil if it is not tracked.
    struct Edge {
        let node: Node?
        let output: Int
    }

    enum Rule {
        case single(@Sendable (Tensor, Wanted) -> [Tensor?])
        case multiple(@Sendable ([Tensor?], Wanted) -> [Tensor?])
        /// A rule that also returns gradients for tensors that are not inputs (checkpointing).
        case replay(@Sendable ([Tensor?]) -> Replayed)
    }

    struct Replayed {
        var inputs: [Tensor?]
        var parameters: Gradients
        /// Cotangents of captured tensors that existed before the replay.
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

    /// Creates the node of a parameter, which has no inputs.
    convenience init(leafOfShape shape: [Int]) {
        self.init("parameter", inputs: [], outputShapes: [shape], rule: nil)
        isLeaf = true
    }

    private(set) var isLeaf = false

    /// Returns the inputs and the rule, and releases them unless `keeping` is true.
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

/// Releases graphs without recursion. A chain of a million nodes would otherwise overflow the stack, whether a node
/// is held as an input or captured by a rule.
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

    /// Takes over what a node holds, so that its `deinit` has nothing left to release.
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
