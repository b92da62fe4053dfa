import CKernels
import Synchronization

/// A seeded, counter-based random number generator (Philox 4x32-10, Salmon et al. 2011).
///
/// The same seed gives the same sequence on every machine and for any number of threads. Pass a generator
/// explicitly to every function that draws from it. `split` derives an independent generator by name, so adding a
/// consumer does not change the values that other consumers draw.
public final class RandomGenerator: Sendable {
    /// The state of a generator. Store it in a checkpoint to resume the sequence.
    public struct State: Sendable, Equatable, Codable {
        /// Identifies the sequence.
        public var key: UInt64
        /// The number of blocks of four 32-bit words drawn so far.
        public var counter: UInt64

        /// Creates a state.
        public init(key: UInt64, counter: UInt64) {
            self.key = key
            self.counter = counter
        }
    }

    private let current: Mutex<State>

    /// Creates a generator at the start of the seed's sequence.
    public init(seed: UInt64) { current = Mutex(State(key: seed, counter: 0)) }

    /// Creates a generator that resumes from a saved state.
    public init(state: State) { current = Mutex(state) }

    /// The current state. Set it to rewind or resume the sequence.
    public var state: State {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    /// Returns an independent generator for `name`. Does not advance this generator.
    public func split(_ name: String) -> RandomGenerator {
        RandomGenerator(seed: ck_philox_mix(state.key, FNV1a(name).value))
    }

    /// Reserves `blocks` blocks of four 32-bit words and returns the index of the first.
    func reserve(_ blocks: Int) -> State {
        current.withLock { state in
            let start = state
            state.counter &+= UInt64(blocks)
            return start
        }
    }

    /// Returns 64 random bits.
    public func next() -> UInt64 {
        let start = reserve(1)
        var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) {
            ck_philox(start.key, start.counter, 1, $0.baseAddress!.assumingMemoryBound(to: UInt32.self))
        }
        return UInt64(words.1) << 32 | UInt64(words.0)
    }

    /// Returns a value in [0, 1).
    public func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Returns an integer that is uniformly distributed in 0..<bound.
    public func below(_ bound: Int) -> Int {
        require(bound > 0, "below: expected a bound above 0, found \(bound)")
        let limit = UInt64(bound)
        let rejected = (0 &- limit) % limit
        while true {
            let (high, low) = next().multipliedFullWidth(by: limit)
            if low >= rejected { return Int(high) }
        }
    }

    /// Returns a random permutation of 0..<count.
    public func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for i in Swift.stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, below(i + 1)) }
        return order
    }

    /// Returns normally distributed Float values, independent of `Real`, for audio and images.
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
