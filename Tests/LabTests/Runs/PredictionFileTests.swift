import Configuration
import Foundation
import Lab
import Metrics
import TestSupport
import Testing

/// Errors in `predictions.csv` are reported with their location.
@Suite struct PredictionFileTests {
    private static let clips = "file,speaker,label,predicted,angry,sad\n"
    private static let frames = "file,speaker,start,end,frames,label,predicted,angry,sad\n"

    @Test(arguments: [
        (
            "file,speaker,label,predicted\n",
            "expected the columns file, speaker, label, predicted and one per class"
        ),
        (clips + "a,1,calm,sad,0.5,0.5\n", "2:5: \"calm\" is not one of the classes in the header"),
        (clips + "a,1,sad,sad,0.5,1.5\n", "2:17: expected a probability, found \"1.5\""),
        (clips + "a,1,sad,sad,nan,0.5\n", "2:13: expected a probability, found \"nan\""),
    ])
    func predictionsOfClips(_ text: String, _ expected: String) throws {
        try check(text, .classification, expected)
    }

    @Test(arguments: [
        (clips, "expected the columns file, speaker, start, end, frames, label, predicted and one per class"),
        (frames + "a,1,0,x,5,sad,sad,0.5,0.5\n", "2:7: expected a time in seconds, found \"x\""),
        (frames + "a,1,0,1,0,sad,sad,0.5,0.5\n", "2:9: expected a number of frames, found \"0\""),
        (frames + "a,1,0,1,5,,calm,0.5,0.5\n", "2:12: \"calm\" is not one of the classes in the header"),
        (frames + "a,1,0,1,5,sad,sad,0.5,-1\n", "2:23: expected a probability, found \"-1\""),
    ])
    func predictionsOfFrames(_ text: String, _ expected: String) throws {
        try check(text, .frames, expected)
    }

    private func check(_ text: String, _ task: Predictions.Task, _ expected: String) throws {
        try Toy.inFolder { folder in
            let file = folder + "/predictions.csv"
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            let problem = #expect(throws: ConfigurationError.self) {
                try Predictions(contentsOf: file, task: task)
            }
            #expect(problem.map { "\($0)" }?.contains(expected) == true, "\(problem.map { "\($0)" } ?? "")")
        }
    }
}
