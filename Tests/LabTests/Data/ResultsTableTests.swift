import Autograd
import Configuration
import Foundation
import Lab
import Testing

@Suite struct ResultsTableTests {
    private static let text = """
        {"format": "prosody-table-1", "title": "Two systems", "metric": "uar", "rows": [
          {"name": "a", "config": "a.json", "reported": 0.8, "result": {"config": "1", "data": "2", "metrics": [
            {"metric": "accuracy", "mean": 0.5, "fold_deviation": 0.01}, {"metric": "auc", "mean": null},
            {"metric": "uar", "mean": 0.4, "fold_deviation": 0.02, "pooled": 0.41, "low": 0.3, "high": 0.5, "over": "speakers"}],
            "runs": [{"seed": 1, "fold": 1, "metrics": {"uar": 0.4}, "model": "3", "predictions": "4"}]}},
          {"name": "b", "config": "b.json", "note": "not run"}]}
        """

    @Test func rowsWithoutResultsAreShownEmpty() throws {
        let table = try ResultsTable.decode(text: Self.text)
        let shown = table.table
        #expect(
            shown.columns == [
                "system", "reported accuracy", "accuracy", "auc", "uar", "95% low", "95% high",
                "SD over folds",
                "SD over seeds", "folds", "seeds",
            ])
        #expect(
            shown.cells[0] == [
                "a", "80.0%", "50.0%", "–", "41.0%", "30.0%", "50.0%", "2.0%", "–", "1", "1",
            ])
        #expect(shown.cells[1] == ["b"] + Array(repeating: "–", count: 8) + ["0", "0"])
        #expect(shown.note.contains("b: not run"))
        #expect(table.html.contains("Two systems") && table.html.contains("<svg"))
    }

    @Test func aTableSurvivesWriting() throws {
        let file = NSTemporaryDirectory() + "/table-\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let table = try ResultsTable.decode(text: Self.text)
        try table.write(to: file)
        #expect(try ResultsTable.read(file).encode() == table.encode())
        #expect(throws: InputError.self) { try table.index(ofRow: "c") }
        #expect(try table.index(ofRow: "b") == 1)
    }

    @Test(arguments: [
        (#"{"format": "prosody-table-2", "title": "", "rows": [{"name": "a", "config": "a"}]}"#, "format"),
        (#"{"format": "prosody-table-1", "title": "", "rows": []}"#, "rows"),
        (
            #"{"format": "prosody-table-1", "title": "", "rows": [{"name": "a", "config": "a"}, {"name": "a", "config": "b"}]}"#,
            "names two rows"
        ),
        (
            #"{"format": "prosody-table-1", "title": "", "rows": [{"name": "a/b", "config": "a"}]}"#,
            "folder name"
        ),
    ])
    func wrongTablesAreRefused(_ text: String, _ words: String) {
        let error = #expect(throws: ConfigurationError.self) { try ResultsTable.decode(text: text) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(words))
    }
}
