import Configuration
import SpeechEmotion

// Parts of `predictions.csv` that its readers share.

extension CSVTable {
    /// Returns the names of the classes: the columns after `first`. Throws if the table has other columns.
    func classes(after first: [String], file: String) throws(ConfigurationError) -> [String] {
        guard columns.prefix(first.count).elementsEqual(first), columns.count > first.count else {
            throw ConfigurationError(
                place: Location(source: file),
                "expected the columns \(first.joined(separator: ", ")) and one per class, found "
                    + columns.joined(separator: ", "))
        }
        return Array(columns.dropFirst(first.count))
    }
}

extension CSVTable.Field {
    /// The text; nil if the field is empty.
    var content: String? { text.isEmpty ? nil : text }

    /// Returns the index of the class. Throws if there is no class of this name.
    func label(_ classes: [String]) throws(ConfigurationError) -> Int {
        guard let label = classes.firstIndex(of: text) else {
            throw ConfigurationError(
                place: place, "\"\(text)\" is not one of the classes in the header")
        }
        return label
    }

    /// Returns the number. Throws if there is none in the range.
    func number(
        _ allowed: String, _ range: ClosedRange<Double> = -1e300...1e300
    ) throws(ConfigurationError) -> Double {
        guard let number = Double(text), range.contains(number) else {
            throw ConfigurationError(place: place, "expected \(allowed), found \"\(text)\"")
        }
        return number
    }
}

extension Collection<CSVTable.Field> {
    /// Returns the numbers. Throws if a field has none in the range.
    func numbers(
        _ allowed: String, _ range: ClosedRange<Double> = -1e300...1e300
    ) throws(ConfigurationError) -> [Double] {
        var numbers: [Double] = []
        for field in self { numbers.append(try field.number(allowed, range)) }
        return numbers
    }
}
