import Autograd
import Foundation
import GeMAPS

/// A synthetic signal with the reference's values, from `Fixtures/make_egemaps.py`.
struct ReferenceSignal: Sendable, CustomStringConvertible {
    let name: String
    let sampleRate: Int
    let samples: [Float]
    /// [frames, 25]
    let descriptors: [Double]
    let functionals: [Double]
    var description: String { name }

    static let all: [ReferenceSignal] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/egemaps.safetensors")
        guard let tensors = try? SafeTensors(contentsOf: file) else { return [] }
        let names = tensors.names.filter { $0.hasSuffix(".samples") }.map { String($0.dropLast(8)) }
        return names.sorted().compactMap { name in
            guard let words = try? tensors.indices(name + ".samples"),
                let descriptors = try? tensors.tensor(name + ".descriptors"),
                let functionals = try? tensors.tensor(name + ".functionals"),
                let rate = name.split(separator: "_").last.flatMap({ Int($0) })
            else { return nil }
            return ReferenceSignal(
                name: name, sampleRate: rate, samples: words.values.map { Float($0) / 32768 },
                descriptors: descriptors.array.map { Double($0) },
                functionals: functionals.array.map { Double($0) })
        }
    }()

    func track(_ descriptor: Int) -> [Double] {
        stride(from: descriptor, to: descriptors.count, by: 25).map { descriptors[$0] }
    }
}

/// Pulses through resonances, and other signals whose descriptors are known without a reference.
enum Synthetic {
    static func pulses(rate: Int, count: Int, periods: (Int) -> Double, heights: (Int) -> Double = { _ in 1 })
        -> [Double]
    {
        var signal = [Double](repeating: 0, count: count)
        var (place, number) = (0.0, 0)
        while Int(place) + 1 < count {
            let rest = place - place.rounded(.down)
            signal[Int(place)] += (1 - rest) * heights(number)
            signal[Int(place) + 1] += rest * heights(number)
            place += periods(number)
            number += 1
        }
        return signal
    }

    static func resonance(_ x: [Double], rate: Int, frequency: Double, bandwidth: Double) -> [Double] {
        let r = exp(-Double.pi * bandwidth / Double(rate))
        let a = 2 * r * cos(2 * Double.pi * frequency / Double(rate))
        var (y1, y2) = (0.0, 0.0)
        return x.map { value in
            let y = value + a * y1 - r * r * y2
            (y1, y2) = (y, y1)
            return y
        }
    }

    static func scaled(_ x: [Double]) -> [Float] {
        let largest = x.reduce(0) { max($0, abs($1)) }
        return x.map { Float(0.6 * $0 / max(largest, 1e-9)) }
    }
}
