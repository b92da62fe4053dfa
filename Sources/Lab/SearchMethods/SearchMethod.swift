import Autograd
import Configuration

/// A search method. It decides which trials come next from the results so far, so that an interrupted search continues
/// exactly.
public protocol SearchMethod: TaggedOptions {
    /// Whether every parameter must be a list of values.
    var needsLists: Bool { get }
    /// The number of trials in all.
    func count(_ space: SearchSpace) -> Int
    /// Returns the next trials; none if the search is over.
    ///
    /// - Parameter results: The finished trials, in the order in which they were requested.
    func next(_ space: SearchSpace, _ results: [Trial], _ generator: RandomGenerator) -> [Trial.Request]
}

extension SearchMethod {
    /// Distributions are allowed.
    public var needsLists: Bool { false }
}

/// The registry of search methods.
public enum SearchMethods: Registry {
    /// The type of the registered values.
    public typealias Value = any SearchMethod

    public static var noun: String { "search method" }
    public static var builtIn: [any TaggedOptions.Type] {
        [GridMethod.self, RandomMethod.self, TPEMethod.self, HalvingMethod.self]
    }
}

/// One combination of values, scored by cross-validation.
public struct Trial: Sendable, Equatable {
    /// The values to try.
    public struct Request: Sendable, Equatable {
        /// One value per parameter.
        public var values: [JSONValue]
        /// The fraction of the full effort: of the epochs of a network, or of the training examples of a fitted model.
        public var budget = 1.0

        /// Creates a request.
        public init(values: [JSONValue], budget: Double = 1) { (self.values, self.budget) = (values, budget) }
    }

    /// The combination of values that was tried.
    public var request: Request
    /// The metric on each fold.
    public var scores: [Double]
    /// Why the trial could not be scored; nil if it was.
    public var failure: String?

    /// Creates a scored trial, or a failed one.
    public init(request: Request, scores: [Double], failure: String? = nil) {
        (self.request, self.scores, self.failure) = (request, scores, failure)
    }

    /// The mean over the folds; NaN if the trial failed.
    public var mean: Double {
        failure != nil || scores.isEmpty ? .nan : scores.reduce(0, +) / Double(scores.count)
    }
}

/// A search method of any type in a config.
public typealias AnySearchMethod = Tagged<SearchMethods>
