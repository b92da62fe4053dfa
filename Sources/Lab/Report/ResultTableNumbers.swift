import Configuration

/// The table in the forms in which programs read it.
extension ResultTable {
    /// For tables: numbers that read back to the same bits, what is not known is an empty cell.
    public var csv: String {
        let head = "variant,figure,mean,deviation,low,high,difference,p,runs\n"
        return head
            + rows.map { row in
                let numbers = Self.numbers(row).map { CSV.cell($0.value) }
                return ([CSV.cell(row.name), CSV.cell(figure)] + numbers + ["\(row.runs)"])
                    .joined(separator: ",") + "\n"
            }.joined()
    }

    /// For programs: numbers that read back to the same bits, what is not known is null.
    public var json: JSONValue {
        let rows = rows.map { row in
            JSONValue(
                .object(
                    [JSONMember("variant", JSONValue(.text(row.name)))]
                        + Self.numbers(row).map {
                            JSONMember($0.name, $0.value.isFinite ? JSONValue(.number($0.value)) : .null)
                        } + [JSONMember("runs", JSONValue(.integer(row.runs)))]))
        }
        return [
            "title": JSONValue(.text(title)), "figure": JSONValue(.text(figure)),
            "level": JSONValue(.number(level)), "note": JSONValue(.text(note)),
            "rows": JSONValue(.list(rows)),
        ]
    }

    private static func numbers(_ row: Row) -> [(name: String, value: Double)] {
        [
            ("mean", row.mean), ("deviation", row.deviation), ("low", row.low), ("high", row.high),
            ("difference", row.difference), ("p", row.pValue),
        ]
    }
}
