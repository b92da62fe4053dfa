import Autograd
import AutogradTesting
import Foundation
import Testing

/// Leaked memory. Each test runs in a separate process, where nothing else creates tensors.
@Suite struct LeakTests {
    @Test func thousandTrainingSteps() async {
        await #expect(processExitsWith: .success) {
            let model = SmallModel()
            for _ in 0..<200 { model.step() }
            let tracker = LeakTracker()
            let memory = try residentBytes()
            for _ in 0..<1000 { model.step() }
            #expect(tracker.growth == nil)
            #expect(try residentBytes() - memory < 4 << 20)
        }
    }

    @Test func unusedGraphs() async {
        await #expect(processExitsWith: .success) {
            let p = Parameter(.ones([3]))
            let growth = measureLeaks {
                let y = (p.tensor * 2).exp()
                _ = y.sum()
            }
            #expect(growth == nil)
        }
    }

    @Test func retainedGraphs() async {
        await #expect(processExitsWith: .success) {
            let p = Parameter(.ones([3]))
            let growth = measureLeaks {
                let y = (p.tensor * 2).exp().sum()
                _ = y.backward(retainGraph: true)
                _ = y.backward()
                _ = (p.tensor * 2).exp().sum().backward(retainGraph: true)
            }
            #expect(growth == nil)
        }
    }

    @Test func checkpoints() async {
        await #expect(processExitsWith: .success) {
            let p = Parameter(.ones([3]))
            let growth = measureLeaks {
                _ = checkpoint(p.tensor * 2) { ($0 * p.tensor).exp() }.sum().backward()
                _ = checkpoint(p.tensor * 2) { ($0 * p.tensor).exp() }
            }
            #expect(growth == nil)
        }
    }

    @Test func trackerReportsRetainedTensors() async {
        await #expect(processExitsWith: .success) {
            let tracker = LeakTracker()
            let p = Parameter(.ones([3]))
            let y = -p.tensor
            // Those of the parameter and of its negative.
            #expect(tracker.growth?.contains("2 more element buffers and 2 more nodes") == true)
            withExtendedLifetime((p, y)) {}
        }
    }

    @Test func largeBlocksAreReturnedToSystem() async {
        await #expect(processExitsWith: .success) {
            _ = Tensor.ones([1 << 20])
            Memory.releaseCached()
            let before = try residentBytes()
            for _ in 0..<20 { _ = (Tensor.ones([1 << 20]) * 2).sum() }
            Memory.releaseCached()
            #expect(try residentBytes() - before < 4 << 20)
        }
    }

    @Test func unusedMemoryIsReturnedToSystem() async {
        await #expect(processExitsWith: .success) {
            let sum = (Tensor.ones([1 << 20]) * 2).sum().array
            let before = try residentBytes()
            Memory.releaseUnused()
            #expect(try before - residentBytes() > 2 << 20)
            #expect((Tensor.ones([1 << 20]) * 2).sum().array == sum)
        }
    }
}

/// The resident memory of this process.
func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = text.split(separator: " ").compactMap { Int($0) }
    return try #require(pages.count > 1 ? pages[1] : nil) * Int(sysconf(Int32(_SC_PAGESIZE)))
}
