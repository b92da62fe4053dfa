import Autograd
import Configuration
import Foundation
import GoldenSupport
import SpeechEmotion
import Testing

/// The golden group of sounds, from the folder that the environment variable `GOLDEN` names or from `Tests/Golden`.
struct GoldenAudio {
    let folder = GoldenFiles.folder
    let json: JSONValue
    let tensors: SafeTensors

    /// Nil where another folder leaves the group out; our own has to have it.
    init?() throws {
        if GoldenFiles.mayOmit("audio") { return nil }
        json = try JSONValue.parse(
            String(contentsOfFile: folder + "/audio.json", encoding: .utf8), source: "audio.json")
        tensors = try SafeTensors(contentsOf: folder + "/audio.safetensors")
    }

    /// The objects of a list; at least one.
    func list(_ key: String) throws -> [JSONValue] {
        let list = try #require(json[key]?.elements, "audio.json has no list of \(key)")
        try #require(!list.isEmpty)
        return list
    }

    func path(_ file: String) -> String { folder + "/" + file }

    func floats(_ name: String) throws -> [Float] { try tensors.tensor(name).array.map { Float($0) } }

    /// The clips at each of their rates: the name in the tensors, the file, the rate, and what the manifest says.
    func clips() throws -> [Clip] {
        try list("clips").flatMap { clip in
            let file = try #require(clip["file"]?.text)
            let name = ((file as NSString).lastPathComponent as NSString).deletingPathExtension
            return try #require(clip["rates"]?.members).map { member in
                let rate = try #require(Int(member.key))
                return Clip(
                    name: "\(name)/\(rate)", file: path(file), rate: rate,
                    ownRate: try #require(clip["sample_rate"]?.integer),
                    frames: try #require(clip["frames"]?.integer), facts: member.value)
            }
        }
    }

    struct Clip {
        let name: String
        let file: String
        let rate: Int
        let ownRate: Int
        let frames: Int
        let facts: JSONValue
    }
}

/// How much stronger `reference` is than its difference to `found`, in dB.
func signalToNoise(_ found: [Float], _ reference: [Float]) -> Double {
    var signal = 0.0
    var noise = 0.0
    for (a, b) in zip(found, reference) {
        signal += Double(b) * Double(b)
        noise += (Double(a) - Double(b)) * (Double(a) - Double(b))
    }
    return found.count == reference.count ? 10 * log10(signal / max(noise, 1e-300)) : -.infinity
}

/// Frequencies below `cutoff` (of the Nyquist frequency 1), by a windowed sinc.
func lowPassed(_ x: [Float], cutoff: Double) -> [Float] {
    let half = 600
    let taps = (-half...half).map { n -> Double in
        let angle = Double.pi * cutoff * Double(n)
        let window =
            0.42 + 0.5 * cos(.pi * Double(n) / Double(half)) + 0.08 * cos(2 * .pi * Double(n) / Double(half))
        return window * cutoff * (n == 0 ? 1 : sin(angle) / angle)
    }
    return x.indices.map { i in
        var sum = 0.0
        for j in max(0, i - half)...min(x.count - 1, i + half) { sum += Double(x[j]) * taps[j - i + half] }
        return Float(sum)
    }
}
