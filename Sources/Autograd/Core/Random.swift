import CKernels
import Synchronization

/// A seeded, counter-based source of random numbers (Philox 4x32-10, Salmon et al. 2011).
///
/// The same seed gives the same numbers on every machine type and any number of threads. A generator is passed
/// explicitly to whatever draws from it; `split` makes independent ones by name, so that a new consumer does not
/// shift the numbers of another.
public final class RandomGenerator: Sendable {
    /// What a generator is about to draw; put it into a checkpoint to go on from the same place.
    public struct State: Sendable, Equatable, Codable {
        /// Which sequence of numbers.
        public var key: UInt64
        /// How many blocks of four 32-bit numbers of it have been drawn.
        public var counter: UInt64

        /// A place in a sequence.
        public init(key: UInt64, counter: UInt64) {
            self.key = key
            self.counter = counter
        }
    }

    private let current: Mutex<State>

    /// A generator at the start of the sequence of a seed.
    public init(seed: UInt64) { current = Mutex(State(key: seed, counter: 0)) }

    /// A generator that goes on from a saved state.
    public init(state: State) { current = Mutex(state) }

    /// What is drawn next; set it to go back to where it was read.
    public var state: State {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    /// A generator of its own for `name`, independent of this one. Splitting draws nothing from this generator.
    public func split(_ name: String) -> RandomGenerator {
        RandomGenerator(seed: ck_philox_mix(state.key, FNV1a(name).value))
    }

    /// Takes `blocks` blocks of four 32-bit numbers out of the sequence and says where they begin.
    func reserve(_ blocks: Int) -> State {
        current.withLock { state in
            let start = state
            state.counter &+= UInt64(blocks)
            return start
        }
    }

    /// 64 random bits.
    public func next() -> UInt64 {
        let start = reserve(1)
        var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) {
            ck_philox(start.key, start.counter, 1, $0.baseAddress!.assumingMemoryBound(to: UInt32.self))
        }
        return UInt64(words.1) << 32 | UInt64(words.0)
    }

    /// A number in [0, 1).
    public func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A whole number in 0..<bound, each equally likely.
    public func below(_ bound: Int) -> Int {
        require(bound > 0, "below: expected a bound above 0, found \(bound)")
        let limit = UInt64(bound)
        let rejected = (0 &- limit) % limit
        while true {
            let (high, low) = next().multipliedFullWidth(by: limit)
            if low >= rejected { return Int(high) }
        }
    }

    /// The numbers 0..<count in random order.
    public func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for i in Swift.stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, below(i + 1)) }
        return order
    }

    /// Normal numbers as Float, whatever `Real` is: for sounds and pictures.
    package func normals(_ count: Int) -> [Float] {
        let start = reserve((count + 3) / 4)
        return [Float](unsafeUninitializedCapacity: count) { numbers, size in
            if let first = numbers.baseAddress {
                ck_random_normal(start.key, start.counter, Float(0), 1, first, count)
            }
            size = count
        }
    }
}
