import Autograd
import Foundation
import SpeechEmotion
import Testing

/// Windows, transforms and their inverses.
@Suite struct SpectrumTests {
    /// Some sound that repeats nothing.
    static func noise(_ count: Int, seed: UInt64 = 1) -> [Float] {
        let generator = RandomGenerator(seed: seed)
        return (0..<count).map { _ in Float(2 * generator.uniform() - 1) }
    }

    private func powers(_ sound: [Float], _ options: STFT = STFT()) throws -> FrameBlocks {
        try Spectrogram(powersOf: Waveform(sound, rate: 16000), options).bins
    }

    @Test func theGoldenGroupIsThere() throws {
        let golden = try FeatureGolden()
        #expect(golden == nil || !FeatureGolden.clips.isEmpty)
    }

    @Test(arguments: FeatureGolden.clips) func goldenTransforms(_ clip: FeatureGolden.Clip) throws {
        let golden = try #require(try FeatureGolden())
        let sound = try golden.numbers("\(clip.name)/y")
        if golden.has("\(clip.name)/stft_real") {
            let frames = try stft(sound)
            let real = try golden.table("\(clip.name)/stft_real")
            let imaginary = try golden.table("\(clip.name)/stft_imag")
            #expect(frames.frames == real.frames && frames.bins == real.width)
            #expect(relativeError(frames.real.values, real.values) < 1e-5)
            #expect(relativeError(frames.imaginary.values, imaginary.values) < 1e-5)
            let back = try istft(frames, length: sound.count)
            let reference = try golden.numbers("\(clip.name)/istft")
            #expect(relativeError(back, reference) < 1e-5)
            #expect(relativeError(back, sound) < 1e-5)
        }
        if golden.has("\(clip.name)/stft_magnitude") {
            let reference = try golden.table("\(clip.name)/stft_magnitude")
            let found = try powers(sound).table
            let sizes = found.values.map { $0.squareRoot() }
            #expect(relativeError(sizes, reference.values) < 1e-5)
        }
    }

    /// Every small size, primes, products of large primes, powers of all radices.
    static let sizes =
        Array(1...70) + [97, 101, 121, 127, 169, 202, 243, 254, 256, 400, 441, 480, 500, 512, 625, 961, 1000]
        + [1024, 1103, 1155, 1200, 1681, 2048, 2205, 2206, 3125, 4096, 4099]

    @Test(arguments: sizes) func everySizeGivesTheSumOfItsDefinition(_ size: Int) throws {
        var options = STFT(fft: size, hop: max(1, size / 3))
        options.window = .rectangular
        options.isCentered = false
        let sound = Self.noise(size + 18 * options.hop)
        let found = try stft(sound, options)
        #expect(found.frames == 19)
        #expect(found.bins == size / 2 + 1)
        let powers = try powers(sound, options)
        var worst = 0.0
        for frame in [0, 7, 15, 16, 18] {
            for bin in Set([0, 1, size / 5, size / 3, size / 2 - 1, size / 2])
            where bin >= 0 && bin <= size / 2 {
                var real = 0.0
                var imaginary = 0.0
                for i in 0..<size {
                    let angle = 2 * Double.pi * Double(i * bin % size) / Double(size)
                    let sample = Double(sound[frame * options.hop + i])
                    real += sample * cos(angle)
                    imaginary -= sample * sin(angle)
                }
                worst = max(worst, abs(Double(found.real[frame, bin]) - real))
                worst = max(worst, abs(Double(found.imaginary[frame, bin]) - imaginary))
                let power = real * real + imaginary * imaginary
                worst = max(worst, abs(Double(powers[frame, bin]) - power) / Double(size).squareRoot() / 4)
            }
        }
        #expect(worst < 1e-6 * Double(size).squareRoot() * 4)
    }

    @Test(arguments: [1, 2, 3, 8, 37, 74, 100, 202, 256, 441]) func theInverseGivesTheSoundBack(_ size: Int)
        throws
    {
        for hop in Set([1, max(1, size / 4), max(1, size / 2)]) {
            for isCentered in [true, false] {
                var options = STFT(fft: size, hop: hop)
                options.window = .hamming
                options.isCentered = isCentered
                let frames = 21
                let count = size + (frames - 1) * hop
                let sound = Self.noise(count)
                let back = try istft(stft(sound, options), options, length: count)
                #expect(absoluteError(back, sound) < 1e-5, "hop \(hop), centred \(isCentered)")
            }
        }
    }

    /// Numbers of scipy.signal.get_window.
    @Test func windows() {
        let expected: [(Window, Double?, periodic: [Float], symmetric: [Float])] = [
            (
                .hann, nil, [0, 0.25, 0.75, 1, 0.75, 0.25],
                [0, 0.3454915, 0.9045085, 0.9045085, 0.3454915, 0]
            ),
            (
                .hamming, nil, [0.08, 0.31, 0.77, 1, 0.77, 0.31],
                [0.08, 0.3978522, 0.9121478, 0.9121478, 0.3978522, 0.08]
            ),
            (
                .blackman, nil, [0, 0.13, 0.63, 1, 0.63, 0.13],
                [0, 0.2007701, 0.8492299, 0.8492299, 0.2007701, 0]
            ),
            (.bartlett, nil, [0, 1 / 3, 2 / 3, 1, 2 / 3, 1 / 3], [0, 0.4, 0.8, 0.8, 0.4, 0]),
            (
                .kaiser, 8.6, [0.001332514, 0.1304019, 0.6304119, 1.0, 0.6304119, 0.1304019],
                [0.001332514, 0.2010549, 0.8494162, 0.8494162, 0.2010549, 0.001332514]
            ),
            (
                .gaussian, 0.4, [0.04393693, 0.2493522, 0.7066483, 1.0, 0.7066483, 0.2493522],
                [0.1141618, 0.4578334, 0.9168554, 0.9168554, 0.4578334, 0.1141618]
            ),
        ]
        for (window, shape, periodic, symmetric) in expected {
            #expect(
                absoluteError(window.curve(length: 6, shape: shape).map { Float($0) }, periodic) < 1e-6,
                "\(window)")
            #expect(
                absoluteError(
                    window.curve(length: 6, isPeriodic: false, shape: shape).map { Float($0) }, symmetric)
                    < 1e-6,
                "\(window)")
        }
        #expect(Window.rectangular.curve(length: 3) == [1, 1, 1])
        #expect(Window.hann.curve(length: 1) == [1])
        #expect(Window.hann.curve(length: 0).isEmpty)
    }

    @Test func aShortWindowLiesInTheMiddle() throws {
        var options = STFT(fft: 16, hop: 4)
        options.windowLength = 9
        options.isCentered = false
        let sound = Self.noise(40)
        let curve = [0, 0, 0] + Window.hann.curve(length: 9).map { Float($0) } + [0, 0, 0, 0]
        let found = try stft(sound, options)
        for frame in 0..<found.frames {
            let sum = (0..<16).reduce(Float(0)) { $0 + sound[frame * 4 + $1] * curve[$1] }
            #expect(abs(found.real[frame, 0] - sum) < 1e-5)
        }
    }

    @Test(arguments: [
        (PadMode.zeros, [0, 0, 0, 1, 2, 3, 0, 0, 0] as [Float]),
        (.edge, [1, 1, 1, 1, 2, 3, 3, 3, 3]),
        (.reflect, [2, 3, 2, 1, 2, 3, 2, 1, 2]),
    ]) func padding(_ padding: PadMode, _ padded: [Float]) throws {
        var options = STFT(fft: 6, hop: 1)
        options.window = .rectangular
        options.padding = padding
        let found = try stft([1, 2, 3], options)
        #expect(found.frames == 4)
        for frame in 0..<4 {
            #expect(abs(found.real[frame, 0] - padded[frame..<frame + 6].reduce(0, +)) < 1e-5)
        }
        #expect(try stft([5], options).frames == 2)
    }

    @Test func whatCannotBeDoneIsAnError() throws {
        func fails(_ sound: [Float], _ change: (inout STFT) -> Void, _ words: String) {
            var options = STFT()
            change(&options)
            let error = #expect(throws: InputError.self) { try stft(sound, options) }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "") \(words)")
            #expect(throws: InputError.self) { try powers(sound, options) }
        }
        let sound = Self.noise(100)
        fails([], { _ in }, "without samples")
        fails(sound, { $0.isCentered = false }, "100 samples")
        fails(sound, { $0.hop = 0 }, "hop_length 0")
        fails(sound, { $0.hop = .max }, "hop")
        fails(sound, { $0.fft = 0 }, "n_fft 0")
        fails(sound, { $0.fft = .max }, "fft")
        fails(sound, { $0.windowLength = 2049 }, "2049")
        fails(sound, { $0.windowLength = 0 }, "window length of 0")
        fails(sound, { $0.windowShape = .nan }, "shape")
        fails([0, .nan, 0], { _ in }, "sample 1")
        fails([0, 0, .infinity], { _ in }, "sample 2")
        fails([-3e30], { _ in }, "sample 0")
        fails(
            [Float](repeating: 0, count: 1 << 21),
            {
                $0.hop = 1; $0.fft = 1 << 17
            }, "increase hop_length")
        let frames = try stft(sound)
        #expect(throws: InputError.self) { try istft(frames, STFT(fft: 1024)) }
        #expect(throws: InputError.self) { try istft(frames, STFT(hop: 0)) }
        #expect(throws: InputError.self) { try istft(frames, length: -1) }
        #expect(try istft(frames, length: 5000).count == 5000)
    }

    @Test func extremeSoundsStayFinite() throws {
        for sound in [
            [Float](repeating: 0, count: 4000), [Float](repeating: 1e10, count: 4000), [1], [-1e-38, 1e-38],
        ] {
            let powers = try powers(sound).table.values
            #expect(powers.allSatisfy { $0.isFinite })
        }
        let silence = try powers([Float](repeating: 0, count: 4000)).table.values
        #expect(silence.allSatisfy { $0 == 0 })
    }

    @Test func theSameBitsOnAnyNumberOfThreads() throws {
        let sound = Self.noise(100_000)
        let before = Parallel.threads
        defer { Parallel.threads = before }
        Parallel.threads = 1
        let one = (try powers(sound).table, try stft(sound))
        Parallel.threads = 7
        let seven = (try powers(sound).table, try stft(sound))
        #expect(one.0 == seven.0)
        #expect(one.1 == seven.1)
    }

    @Test func blocksAndTablesHoldTheSame() {
        for (frames, width) in [(1, 1), (15, 3), (16, 16), (17, 33), (40, 40), (0, 4)] {
            let table = FrameTable(frames: frames, width: width, values: Self.noise(frames * width))
            let blocks = FrameBlocks(table)
            #expect(blocks.table == table)
            if frames > 0 { #expect(blocks[frames - 1, width - 1] == table[frames - 1, width - 1]) }
        }
    }
}
