import Layers
import Autograd
import Configuration
import Foundation
import Lab
import Layers
import SpeechEmotion
import Testing

/// What the program says of sounds, good ones and others.
@Suite struct PredictTests {
    private let model: String

    init() throws { model = try SmallExperiment.finished.get() }

    /// A tone with some noise, a second of it at 8 kHz unless told.
    private static func sound(_ pitch: Double, seconds: Double = 1, rate: Int = 8000) -> [Float] {
        (0..<Int(seconds * Double(rate))).map { index in
            let time = Double(index) / Double(rate)
            return Float(0.4 * sin(2 * .pi * pitch * time) + 0.01 * sin(7919 * time * time))
        }
    }

    /// Calls `body` with a folder of three good sounds and four files that are none.
    private func inSounds(_ body: (_ folder: String, _ good: [String]) throws -> Void) throws {
        try SmallExperiment.inFolder { folder in
            let sounds = folder + "/sounds"
            try FileManager.default.createDirectory(
                atPath: sounds + "/inner", withIntermediateDirectories: true)
            let good = [sounds + "/a.wav", sounds + "/c, d.wav", sounds + "/inner/e.flac"]
            for (index, file) in good.enumerated() {
                let wave = Waveform(Self.sound(200 + 70 * Double(index)), rate: 8000)
                try AudioFile.write(wave, to: file, as: file.hasSuffix(".flac") ? .flac16 : .wav16)
            }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: good[0]))
            try Data().write(to: URL(fileURLWithPath: sounds + "/b-empty.wav"))
            try Data("no sound at all".utf8).write(to: URL(fileURLWithPath: sounds + "/b-text.wav"))
            try bytes.prefix(30).write(to: URL(fileURLWithPath: sounds + "/b-cut.wav"))
            try bytes.prefix(44).write(to: URL(fileURLWithPath: sounds + "/b-silent.wav"))
            try Data("not asked for".utf8).write(to: URL(fileURLWithPath: sounds + "/notes.txt"))
            try body(sounds, good)
        }
    }

    private func predict(_ words: String...) throws -> BuiltProgram.Ending {
        try BuiltProgram.run(["predict", "--model", model, "--no-cache"] + words)
    }

    /// Every broken file is named once, and the good ones are none of them.
    private func expectFailures(_ ending: BuiltProgram.Ending, _ folder: String, _ good: [String]) {
        #expect(ending.status == 1)
        let lines = ending.errors.split(separator: "\n").map(String.init)
        #expect(lines.last == "error: 4 of 7 files could not be read")
        for name in ["b-empty.wav", "b-text.wav", "b-cut.wav", "b-silent.wav"] {
            #expect(
                lines.count { $0.hasPrefix("error: ") && $0.contains("\(folder)/\(name)") } == 1, "\(name)")
        }
        for file in good { #expect(!ending.errors.contains(file)) }
        #expect(lines.count == 5)
    }

    @Test func aTableHasALineForEachGoodFile() throws {
        try inSounds { folder, good in
            let ending = try predict(folder)
            expectFailures(ending, folder, good)
            let lines = ending.output.split(separator: "\n")
            #expect(lines.count == 4 && lines[0].hasPrefix("file "))
            for (line, file) in zip(lines.dropFirst(), good) { #expect(line.hasPrefix(file)) }
        }
    }

    /// A program that was copied without its model.
    @Test func withoutTheBundledModelAnotherIsRequired() throws {
        try SmallExperiment.inFolder { folder in
            let copy = folder + "/Train"
            try FileManager.default.copyItem(atPath: BuiltProgram.path(), toPath: copy)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: copy)
            process.arguments = ["predict", folder + "/x.wav"]
            process.currentDirectoryURL = URL(fileURLWithPath: folder)
            var environment = ProcessInfo.processInfo.environment
            environment["PROSODY_MODEL"] = nil
            process.environment = environment
            let pipe = Pipe()
            process.standardError = pipe
            try process.run()
            let errors = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 64)
            #expect(
                errors.hasPrefix("error: cannot find the bundled model, Models/speech-emotion.safetensors"))
        }
    }

    /// Names with line breaks, quotes and markup, a pipe, a device, a socket-like name and a folder that contains itself.
    @Test func strangeNamesStayOnOneLineAndWhatIsNoFileIsNamed() throws {
        try SmallExperiment.inFolder { folder in
            let sounds = folder + "/sounds"
            try FileManager.default.createDirectory(atPath: sounds, withIntermediateDirectories: true)
            let names = ["a\nb.wav", "c\u{1B}[31m.wav", "q\"u'o<script>, x.wav"]
            for name in names {
                try AudioFile.write(Waveform(Self.sound(300), rate: 8000), to: "\(sounds)/\(name)")
            }
            #expect(mkfifo(sounds + "/pipe.wav", 0o600) == 0)
            symlink("/dev/zero", sounds + "/zero.wav")
            symlink(".", sounds + "/loop")
            var bytes = Array((sounds + "/").utf8CString.dropLast()).map { UInt8(bitPattern: $0) }
            bytes += [0xFF, 0xFE] + Array(".wav".utf8) + [0]
            let wave = try Data(contentsOf: URL(fileURLWithPath: "\(sounds)/\(names[0])"))
            let file = bytes.withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) { open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600) }
            }
            _ = wave.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            close(file)

            let table = try predict(sounds)
            #expect(table.status == 1 && table.output.split(separator: "\n").count == 4, "\(table.output)")
            #expect(table.output.contains("a\\nb.wav ") && table.output.contains("c\\u001b[31m.wav "))
            for text in [
                "pipe.wav: opening: found a device or pipe", "zero.wav: opening: found a device",
                "not valid UTF-8",
            ] {
                #expect(table.errors.contains(text), "\(table.errors)")
            }
            #expect(table.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("error: ") })

            let csv = try predict(sounds, "--format", "csv")
            let rows = try CSVTable(parsing: csv.output)
            #expect(rows.rows.map { $0[0].text } == names.map { "\(sounds)/\($0)" })

            let json = try predict(sounds, "--format", "json")
            let found = try json.output.split(separator: "\n").map {
                try JSONValue.parse(String($0))["file"]?.text
            }
            #expect(found == names.map { "\(sounds)/\($0)" })
        }
    }

    @Test func saliencyIsInTheJSONAndInPictures() throws {
        try inSounds { folder, good in
            let pictures = folder + "/pictures"
            let ending = try predict(
                good[0], "--saliency", "integrated_gradients", "--format", "json", "--plots", pictures)
            #expect(ending.status == 0, "\(ending.errors)")
            let line = try JSONValue.parse(ending.output)
            let saliency = try #require(line["saliency"])
            #expect(saliency["class"]?.text == line["label"]?.text)
            let shape = saliency["shape"]?.elements?.compactMap(\.integer) ?? []
            let values = saliency["values"]?.elements?.compactMap(\.double) ?? []
            #expect(!shape.isEmpty && values.count == shape.reduce(1, *))
            let difference = try #require(saliency["logit_difference"]?.double)
            #expect(abs(values.reduce(0, +) - difference) < 0.05 * max(1, abs(difference)))
            let files = try FileManager.default.contentsOfDirectory(atPath: pictures)
            #expect(files.count == 1 && files[0].hasSuffix("a.wav-integrated_gradients.svg"))
            #expect(try predict(good[0], "--saliency", "gradient").status == 64)
            #expect(try predict(good[0], "--plots", pictures).status == 64)
        }
    }

    @Test func csvAndJSONSayTheSame() throws {
        try inSounds { folder, good in
            let json = try predict(folder, "--format", "json", "--attention")
            expectFailures(json, folder, good)
            let lines = try json.output.split(separator: "\n").map { try JSONValue.parse(String($0)) }
            #expect(lines.compactMap { $0["file"]?.text } == good)
            for line in lines {
                let shares = line["probabilities"]?.members?.compactMap { $0.value.double } ?? []
                #expect(shares.count == 8 && abs(shares.reduce(0, +) - 1) < 1e-5)
                let weights = line["attention"]?["weights"]?.elements?.compactMap(\.double) ?? []
                #expect(!weights.isEmpty && abs(weights.reduce(0, +) - 1) < 1e-4)
            }
            let csv = try predict(folder, "--format", "csv")
            expectFailures(csv, folder, good)
            let rows = csv.output.split(separator: "\n").map(String.init)
            let classes = lines[0]["probabilities"]?.members?.map(\.key) ?? []
            #expect(rows[0] == (["file", "label"] + classes + ["warnings"]).joined(separator: ","))
            #expect(rows[2].hasPrefix("\"\(good[1])\","))
            for (row, line) in zip(rows.dropFirst(), lines) {
                let shares = line["probabilities"]?.members?.compactMap { $0.value.double } ?? []
                #expect(row.hasSuffix(shares.map { ",\(Float($0))" }.joined() + ","))
            }
        }
    }

    @Test func filesByNameAndMissingOnes() throws {
        try inSounds { folder, good in
            let fine = try predict(good[2], good[0])
            #expect(fine.status == 0 && fine.errors.isEmpty)
            #expect(fine.output.split(separator: "\n").count == 3)
            let missing = try predict(good[0], folder + "/none.wav", "--format", "csv")
            #expect(missing.status == 1)
            #expect(missing.errors.contains(folder + "/none.wav"))
            #expect(missing.errors.hasSuffix("error: 1 of 2 files could not be read\n"))
            #expect(missing.output.split(separator: "\n").count == 2)
            try FileManager.default.createDirectory(
                atPath: folder + "/void", withIntermediateDirectories: true)
            let void = try predict(folder + "/void")
            #expect(void.status == 1 && void.output.isEmpty)
            #expect(void.errors.contains("\(folder)/void: no audio files in this folder; allowed: WAV, FLAC"))
            #expect(void.errors.hasSuffix("error: no audio files in 1 of 1 argument\n"))
            let nowhere = try BuiltProgram.run("predict", good[0], "--model", folder + "/nothing")
            #expect(
                nowhere.status == 1
                    && nowhere.errors.contains(
                        "nothing: opening: found no such file; allowed: a model file, or the folder of a finished run"
                    ),
                "\(nowhere.errors)")
            let both = try predict(folder + "/void", good[0])
            #expect(both.status == 1 && both.output.split(separator: "\n").count == 2)
            let full = try BuiltProgram.run(
                ["predict", good[0], "--model", model],
                BuiltProgram.Surroundings(output: FileHandle(forWritingAtPath: "/dev/full")))
            #expect(full.status == 1 && full.errors.contains("No space left on device"), "\(full.errors)")
        }
    }

    /// A model that normalises by speaker takes the files as one speaker's; a run of it is tested and reported as any other.
    @Test func filesOfOneSpeaker() throws {
        try inSounds { folder, good in
            let home = (folder as NSString).deletingLastPathComponent
            let made = try BuiltProgram.run(
                SmallExperiment.run(
                    home, name: "by-speaker", "--quiet", "--set", "features.normalize=speaker", "--set",
                    "training.epochs=1"))
            #expect(made.status == 0, "\(made.errors)")
            let run = home + "/runs/by-speaker"
            let page = try String(contentsOfFile: run + "/" + RunFile.report, encoding: .utf8)
            #expect(page.contains("over all clips of a speaker in a subset, including test clips"))
            let test = try BuiltProgram.run("evaluate", run, "--format", "json", "--no-cache")
            let wanted = try JSONValue.load(run + "/" + RunFile.result)
            #expect(try JSONValue.parse(test.output)["test"] == wanted["test"])
            func say(_ files: [String]) throws -> BuiltProgram.Ending {
                try BuiltProgram.run(
                    ["predict", "--model", run, "--no-cache", "--format", "csv"] + files)
            }
            let both = try say(Array(good.prefix(2)))
            #expect(both.status == 0 && both.errors.contains("the 2 files are treated as one speaker"))
            let (all, alone) = (try say(good), try say([good[0]]))
            #expect(alone.errors.contains("a single file is not representative: pass all files"))
            let lines = [both, all, alone].map { $0.output.split(separator: "\n")[1] }
            #expect(Set(lines).count == 3, "\(lines)")
            let stream = try BuiltProgram.run("predict", "-", "--model", run)
            #expect(stream.status == 64 && stream.errors.contains("is not possible for a stream"))
            // The windows of a longer file belong to the speaker, too.
            let long = folder + "/long.wav"
            try AudioFile.write(Waveform(Self.sound(220, seconds: 3), rate: 8000), to: long)
            let windows = try say([long, good[0], "--timeline"])
            #expect(windows.status == 0, "\(windows.errors)")
            let rows = windows.output.split(separator: "\n")
            #expect(
                rows.count == 1 + 1 + 4 + 1 + 1 && rows[2].hasPrefix("\(long),0.0,1.28,"), "\(windows.output)"
            )
            let single = try say([long, "--timeline"])
            #expect(single.output.split(separator: "\n")[1] != rows[1])
        }
    }

    @Test func aWAVFileIsAStreamToo() throws {
        try inSounds { folder, good in
            let wav = try Data(contentsOf: URL(fileURLWithPath: good[0]))
            let raw = try predict(raw: wav.dropFirst(44))
            #expect(raw.status == 0 && !raw.output.isEmpty, "\(raw.errors)")
            for words in [[], ["--rate", "8000"]] {
                let ending = try BuiltProgram.run(
                    ["predict", "-", "--model", model] + words, BuiltProgram.Surroundings(input: wav))
                #expect(ending.status == 0 && ending.output == raw.output, "\(ending.errors)")
            }
            let other = try BuiltProgram.run(
                ["predict", "-", "--model", model, "--rate", "16000"],
                BuiltProgram.Surroundings(input: wav))
            #expect(other.status == 64 && other.errors.contains("a WAV file with 8000 Hz"), "\(other.errors)")
            let flac = try predict(raw: Data(contentsOf: URL(fileURLWithPath: good[2])))
            #expect(flac.status == 64 && flac.output.isEmpty, "\(flac.output)")
            #expect(flac.errors.contains("standard input is a FLAC file"), "\(flac.errors)")
        }
    }

    @Test func aModelOfWholeRecordingsHasNoState() throws {
        let data = raw(Self.sound(220))
        let ending = try predict(raw: data, "--stateful")
        #expect(ending.status == 1 && ending.output.isEmpty, "\(ending.output)")
        #expect(ending.errors.contains("stream"), "\(ending.errors)")
        for (words, message) in [
            (["-", "--stateful", "--window", "1"], "--stateful and --window are mutually exclusive"),
            (["some.wav", "--stateful"], "--stateful applies to audio from standard input"),
        ] {
            let ending = try BuiltProgram.run(["predict", "--model", model] + words)
            #expect(ending.status == 64 && ending.errors.contains(message), "\(ending.errors)")
        }
    }

    @Test func theModelThatComesAlongNeedsNoName() throws {
        try inSounds { folder, good in
            let place = BuiltProgram.Surroundings(folder: folder)
            let ending = try BuiltProgram.run(["predict", good[0], "--format", "csv"], place)
            #expect(ending.status == 0 && ending.errors.isEmpty, "\(ending.errors)")
            #expect(
                ending.output.hasPrefix(
                    "file,label,angry,calm,disgust,fearful,happy,neutral,sad,surprised,warnings\n")
            )
        }
    }

    /// Weights that are no numbers give no class.
    @Test func answersThatAreNoNumbersAreFailures() throws {
        try inSounds { folder, good in
            let (model, card) = try ModelFile.read(model + "/" + RunFile.model)
            for parameter in model.parameters { parameter.value = parameter.value * .nan }
            let file = folder + "/nan.safetensors"
            try ModelFile.write(model, card: card, to: file)
            for format in ["table", "csv", "json"] {
                let ending = try BuiltProgram.run("predict", good[0], "--model", file, "--format", format)
                #expect(ending.status == 1, "\(ending.output)")
                #expect(ending.errors.contains("NaN or infinite probabilities"), "\(ending.errors)")
            }
        }
    }

    private func predict(raw input: Data, _ words: String...) throws -> BuiltProgram.Ending {
        try BuiltProgram.run(
            ["predict", "-", "--model", model, "--rate", "8000"] + words,
            BuiltProgram.Surroundings(input: input))
    }

    private func raw(_ samples: [Float]) -> Data {
        Data(
            samples.flatMap { sample -> [UInt8] in
                let number = UInt16(bitPattern: Int16(sample * 32767))
                return [UInt8(number & 255), UInt8(number >> 8)]
            })
    }

    @Test func rawSoundIsHeardWindowByWindow() throws {
        let data = raw(Self.sound(220, seconds: 4))
        let whole = try predict(raw: data, "--window", "1.25", "--step", "1.25", "--format", "csv")
        #expect(whole.status == 0 && whole.errors.isEmpty, "\(whole.errors)")
        let rows = whole.output.split(separator: "\n").dropFirst()
        #expect(
            rows.map { $0.prefix { $0 != "," } }
                == ["0.0-1.25 s", "1.25-2.5 s", "2.5-3.75 s", "3.75-4.0 s"])
        // As much as the model's input holds, a second apart.
        let usual = try predict(raw: data, "--format", "csv")
        let spans = usual.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
        #expect(spans == ["0.0-1.28 s", "1.0-2.28 s", "2.0-3.28 s", "3.0-4.0 s"])
        let odd = try predict(raw: data + [7], "--window", "1.25", "--step", "1.25", "--format", "csv")
        #expect(odd.status == 0 && odd.output == whole.output)
        #expect(
            odd.errors == "the last sample was dropped: standard input contained an odd number of bytes\n")
        let short = try predict(raw: raw(Self.sound(220, seconds: 0.7)), "--format", "json")
        #expect(short.status == 0 && short.output.split(separator: "\n").count == 1, "\(short.errors)")
    }

    @Test func rawSoundThatIsNoneIsSaid() throws {
        // A single byte is half a sample.
        for input in [Data(), Data([1])] {
            let ending = try predict(raw: input)
            #expect(ending.status == 64)
            #expect(ending.errors.contains("standard input contained no audio"), "\(input.count) bytes")
        }
    }

    /// A stream that waits for sound ends at the first Ctrl-C.
    @Test func aStreamIsInterrupted() throws {
        let pipe = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try BuiltProgram.path())
        process.arguments = [
            "predict", "-", "--model", model, "--rate", "8000", "--window", "1", "--format", "csv",
        ]
        process.standardInput = pipe
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        try pipe.fileHandleForWriting.write(contentsOf: raw(Self.sound(220, seconds: 1.5)))
        var said = Data()
        while said.count(where: { $0 == 10 }) < 2 { said += output.fileHandleForReading.availableData }
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        try pipe.fileHandleForWriting.close()
    }

    @Test func aModelThatIsNoneIsSaid() throws {
        try inSounds { folder, good in
            for model in [folder, folder + "/none", good[0]] {
                let ending = try BuiltProgram.run("predict", good[0], "--model", model)
                #expect(ending.status == 1)
                #expect(ending.errors.contains(model), "\(ending.errors)")
            }
        }
    }
}
