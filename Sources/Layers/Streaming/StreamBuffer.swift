import Autograd
import Synchronization

/// The steps of a sequence that the windows of later outputs still need.
final class StreamBuffer: Sendable {
    private struct State {
        var kept: Tensor?
        /// The number of steps to come before the next window, if the stride exceeds the window.
        var skip = 0
    }

    private let state = Mutex(State())
    /// The number of steps that a window covers.
    private let window: Int
    private let stride: Int
    /// The number of zeros before the first step.
    private let before: Int

    init(window: Int, stride: Int, before: Int) {
        (self.window, self.stride, self.before) = (window, stride, before)
    }

    /// Adds the steps of the next part, [batch, steps, channels]. Returns the steps of all windows that are now complete; nil
    /// if there are none.
    func adding(_ part: Tensor) -> Tensor? {
        state.withLock { state in
            let gone = min(state.skip, part.shape[1])
            state.skip -= gone
            guard gone < part.shape[1] else { return nil }
            let part = gone == 0 ? part : part.slice(axis: 1, gone..<part.shape[1])
            let earlier = state.kept ?? .zeros([part.shape[0], before, part.shape[2]])
            let all = earlier.shape[1] == 0 ? part : concatenate([earlier, part], axis: 1)
            let steps = all.shape[1]
            let windows = steps < window ? 0 : (steps - window) / stride + 1
            state.skip = max(0, windows * stride - steps)
            state.kept = all.slice(axis: 1, min(windows * stride, steps)..<steps)
            guard windows > 0 else { return nil }
            return all.slice(axis: 1, 0..<(windows - 1) * stride + window)
        }
    }
}
