import Autograd
import Synchronization

/// The steps of a sequence that the windows of later outputs still need.
final class StreamBuffer: Sendable {
    private let kept: Mutex<Tensor?>
    /// The number of steps that a window covers.
    private let window: Int
    private let stride: Int
    /// The number of zeros before the first step.
    private let before: Int

    init(window: Int, stride: Int, before: Int) {
        (self.window, self.stride, self.before) = (window, stride, before)
        kept = Mutex(nil)
    }

    /// Adds the steps of the next part, [batch, steps, channels]. Returns the steps of all windows that are now complete; nil
    /// if there are none.
    func adding(_ part: Tensor) -> Tensor? {
        kept.withLock { kept in
            let earlier = kept ?? .zeros([part.shape[0], before, part.shape[2]])
            let all = earlier.shape[1] == 0 ? part : concatenate([earlier, part], axis: 1)
            let steps = all.shape[1]
            let windows = steps < window ? 0 : (steps - window) / stride + 1
            // A stride may exceed the window, so that the next one begins after these steps.
            kept = all.slice(axis: 1, min(windows * stride, steps)..<steps)
            guard windows > 0 else { return nil }
            return all.slice(axis: 1, 0..<(windows - 1) * stride + window)
        }
    }
}
