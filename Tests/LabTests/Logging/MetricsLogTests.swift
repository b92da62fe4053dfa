import TestSupport
import Training
import Autograd
import Configuration
import Foundation
import Lab
import Testing

@Suite struct MetricsLogTests {
    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func metrics(_ epoch: Int, _ loss: Double, _ accuracy: Double = 0.5) -> EpochMetrics {
        EpochMetrics(epoch: epoch, values: [("train_loss", loss), ("validation_accuracy", accuracy)])
    }

    @Test func anEpochIsALineOfEachFile() throws {
        try Toy.inFolder { folder in
            let log = try MetricsLog(folder: folder)
            try log.append(metrics(1, 0.1))
            try log.append(metrics(2, 3, -0.0))
            #expect(
                try text(folder + "/metrics.jsonl") == """
                    {"epoch": 1, "train_loss": 0.1, "validation_accuracy": 0.5}
                    {"epoch": 2, "train_loss": 3.0, "validation_accuracy": -0.0}

                    """)
            #expect(
                try text(folder + "/metrics.csv") == """
                    epoch,train_loss,validation_accuracy
                    1,0.1,0.5
                    2,3.0,-0.0

                    """)
        }
    }

    @Test func numbersReadBackToTheSameBits() throws {
        let hard: [Double] = [
            0.1 + 0.2, 1 / 3, -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
            1e16,
            123_456_789,
            1e22,
            Double(Float(0.1)), -1e-7, 4.35, 9_007_199_254_740_991,
        ]
        let generator = RandomGenerator(seed: 7)
        let random = (0..<500).map { _ in Double(bitPattern: generator.next()) }.filter(\.isFinite)
        try Toy.inFolder { folder in
            let log = try MetricsLog(folder: folder)
            let all = hard + random
            for (index, value) in all.enumerated() { try log.append(metrics(index + 1, value)) }
            let read = try MetricsLog(folder: folder, resumingAfter: all.count)
            #expect(read.epochs.map { $0["train_loss"]?.bitPattern } == all.map(\.bitPattern))
            let cells = try text(folder + "/metrics.csv").split(separator: "\n").dropFirst()
                .map { Double($0.split(separator: ",")[1])?.bitPattern }
            #expect(cells == all.map(\.bitPattern))
        }
    }

    @Test func whatIsNoNumberIsNull() throws {
        try Toy.inFolder { folder in
            let log = try MetricsLog(folder: folder)
            try log.append(metrics(1, .nan, -.infinity))
            #expect(
                try text(folder + "/metrics.jsonl")
                    == "{\"epoch\": 1, \"train_loss\": null, \"validation_accuracy\": null}\n")
            #expect(try text(folder + "/metrics.csv").hasSuffix("\n1,nan,nan\n"))
            for epochs in [log.epochs, try MetricsLog(folder: folder, resumingAfter: 1).epochs] {
                #expect(epochs.first?["train_loss"]?.isNaN == true)
                #expect(epochs.first?["validation_accuracy"]?.isNaN == true)
            }
        }
    }

    /// However a run is stopped and resumed, the files end as those of one that went through.
    @Test(arguments: 0...6) func resumedLogsEqualWholeOnes(kept: Int) throws {
        func epoch(_ number: Int) -> EpochMetrics {
            var metrics = metrics(number, 1 / Double(number), number == 2 ? .infinity : 0.25)
            if number >= 4 { metrics.values.append(("late, \"metric\"", Double(number))) }
            if number == 5 { metrics.values.removeFirst() }
            return metrics
        }
        try Toy.inFolder { folder in
            let (whole, cut) = (folder + "/whole", folder + "/cut")
            for path in [whole, cut] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
                let log = try MetricsLog(folder: path)
                for number in 1...6 { try log.append(epoch(number)) }
            }
            // What a power cut may leave.
            let torn = try FileHandle(forWritingTo: URL(fileURLWithPath: cut + "/metrics.jsonl"))
            try torn.seekToEnd()
            try torn.write(contentsOf: Data("{\"epoch\": 7, \"train_l\u{0}\u{0}".utf8))
            try Data().write(to: URL(fileURLWithPath: cut + "/metrics.csv"))
            let log = try MetricsLog(folder: cut, resumingAfter: kept)
            #expect(log.epochs.map(\.epoch) == Array(1..<(kept + 1)))
            let lines = (try? text(cut + "/metrics.jsonl").split(separator: "\n").count) ?? 0
            let rows = (try? text(cut + "/metrics.csv").split(separator: "\n").count) ?? 1
            #expect(lines == kept && rows == kept + 1)
            for number in stride(from: kept + 1, through: 6, by: 1) { try log.append(epoch(number)) }
            #expect(try text(cut + "/metrics.jsonl") == text(whole + "/metrics.jsonl"))
            #expect(try text(cut + "/metrics.csv") == text(whole + "/metrics.csv"))
        }
    }

    @Test func columnsThatComeLateGetEmptyCellsBefore() throws {
        try Toy.inFolder { folder in
            let log = try MetricsLog(folder: folder)
            try log.append(metrics(1, 1))
            try log.append(EpochMetrics(epoch: 2, values: [("a, \"b\"", 2), ("train_loss", 3)]))
            #expect(
                try text(folder + "/metrics.csv") == """
                    epoch,train_loss,validation_accuracy,"a, ""b\"""
                    1,1.0,0.5,
                    2,3.0,,2.0

                    """)
        }
    }

    @Test(arguments: [
        ("", "no epoch 2"),
        ("{\"epoch\": 1, \"a\": 1}\n", "no epoch 2"),
        ("{\"epoch\": 1}\n{\"epoch\": 2", "no epoch 2"),
        ("{\"epoch\": 1}\n{\"epoch\": 1}\n{\"epoch\": 2}\n", "epoch 1"),
        ("{\"epoch\": 1}\n{\"a\": 2}\n", "does not begin with"),
        ("{\"epoch\": \"1\"}\n", "does not begin with"),
        ("{\"epoch\": 1, \"a\": \"x\"}\n", "that is not a number"),
        ("{\"epoch\": 1, \"a\": 1, \"a\": 2}\n", "duplicate key"),
        ("[1]\n", "does not begin with"), ("\n\n", "empty"), ("\u{0}\u{0}\n", ""),
    ]) func damageBeforeTheEpochIsSaid(content: String, found: String) throws {
        try Toy.inFolder { folder in
            let path = folder + "/metrics.jsonl"
            try content.write(toFile: path, atomically: false, encoding: .utf8)
            let error = #expect(throws: FileError.self) {
                try MetricsLog(folder: folder, resumingAfter: 2)
            }
            #expect(
                error?.file == path && (found.isEmpty || error?.found.contains(found) == true),
                "\(error as Any)")
            #expect(try text(path) == content)
        }
    }

    @Test func anotherValueBeforeTheEpochIsSaid() throws {
        try Toy.inFolder { folder in
            let log = try MetricsLog(folder: folder)
            for epoch in 1...2 {
                try log.append(
                    EpochMetrics(epoch: epoch, values: [("a", 0.1), ("b", .nan), ("c", .infinity)]))
            }
            let digest = log.digest
            _ = try MetricsLog(folder: folder, resumingAfter: 2, digest: digest)
            let path = folder + "/metrics.jsonl"
            let changed = try text(path).replacingOccurrences(of: "0.1", with: "0.2")
            try changed.write(toFile: path, atomically: false, encoding: .utf8)
            let error = #expect(throws: FileError.self) {
                try MetricsLog(folder: folder, resumingAfter: 2, digest: digest)
            }
            #expect(error?.found.contains("values that differ from those logged") == true)
            #expect(try text(path) == changed)
        }
    }

    @Test func aMissingFileIsSaid() throws {
        try Toy.inFolder { folder in
            let error = #expect(throws: FileError.self) {
                try MetricsLog(folder: folder, resumingAfter: 1)
            }
            #expect(error?.description.contains("no such file") == true)
            #expect(throws: FileError.self) {
                try MetricsLog(folder: folder + "/none").append(metrics(1, 1))
            }
        }
    }

    @Test func timesMayLack() throws {
        try Toy.inFolder { folder in
            var now = 100.0
            let log = try TimingLog(folder: folder, resumingAfter: 3, clock: { now })
            try log.append(epoch: 4, [("train", 2.5)])
            now += 2.5
            try log.append(epoch: 5, [("train", 2), ("validate", 0.25)])
            #expect(
                try text(folder + "/timing.jsonl") == """
                    {"epoch": 4, "at": 100.0, "train": 2.5}
                    {"epoch": 5, "at": 102.5, "train": 2.0, "validate": 0.25}

                    """)
            let resumed = try TimingLog(folder: folder, resumingAfter: 4)
            #expect(resumed.epochs.map(\.epoch) == [4])
            #expect(try text(folder + "/timing.jsonl").split(separator: "\n").count == 1)
        }
    }
}
