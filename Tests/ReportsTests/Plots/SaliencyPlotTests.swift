import Foundation
import Reports
import TestSupport
import Testing

/// Saliency maps over the picture of the features.
@Suite struct SaliencyPlotTests {
    /// The pixels of each picture, from top to bottom: red, green and blue.
    private func pictures(_ plot: SaliencyPlot) throws -> [[[Int]]] {
        try MarkupReader.elements(plot.svg).filter { $0.name == "image" }.map { image in
            let text = try #require(image.attributes["href"]?.split(separator: ",").last)
            let png = try #require(Data(base64Encoded: String(text)))
            let data = try #require(png.range(of: Data("IDAT".utf8)))
            // Rows after the headers of a stream of one stored block, each after a byte for its filter.
            let start = data.upperBound + 7
            return (0..<plot.picture.rows).flatMap { row in
                (0..<plot.picture.columns).map { column in
                    let at = start + row * (3 * plot.picture.columns + 1) + 1 + 3 * column
                    return png[at..<at + 3].map { Int($0) }
                }
            }
        }
    }

    private static let picture = SaliencyPlot.Grid(rows: 2, columns: 3, values: [0, 1, 2, 2, 1, 0])

    private func luminance(_ color: [Int]) -> Double {
        0.299 * Double(color[0]) + 0.587 * Double(color[1]) + 0.114 * Double(color[2])
    }

    @Test func mapsAreDrawnOverThePicture() throws {
        let map = SaliencyPlot.Map(
            "gradient", .init(rows: 2, columns: 3, values: [1, 0, 0, 0, 0, -1]))
        let plot = SaliencyPlot(
            title: "a.wav", note: "sad", name: "features", picture: Self.picture, maps: [map], seconds: 2)
        let (plain, drawn) = try { ($0[0], $0[1]) }(pictures(plot))
        // Where the map is 0, the picture remains, in gray.
        for place in [1, 2, 3, 4] { #expect(Set(drawn[place]).count == 1, "\(drawn[place])") }
        #expect(drawn[1] == drawn[4] && drawn[2] == drawn[3] && drawn[2][0] < drawn[1][0])
        // Orange speaks for the output, blue against it; both are darker than every gray.
        #expect(drawn[0][0] > drawn[0][2] + 100 && drawn[5][2] > drawn[5][0] + 100)
        let darkest = luminance(drawn[2])
        #expect(luminance(drawn[0]) < darkest && luminance(drawn[5]) < luminance(drawn[0]))
        #expect(plain.allSatisfy { $0[2] >= $0[0] })
        let texts = try MarkupReader.elements(plot.svg).filter { $0.name == "text" }.map(\.text)
        for text in [
            "features (darker is higher)", "evidence for", "evidence against",
            "gradient", "seconds",
        ] {
            #expect(texts.contains(text), "\(text)")
        }
        #expect(plot.summary == "sad; features, 2 × 3; gradient over the features, 2 × 3")
    }

    /// A map over time is stretched over all rows, and is linear between the centers of its steps.
    @Test func coarseMapsAreStretched() throws {
        let map = SaliencyPlot.Map("Grad-CAM", .init(rows: 1, columns: 2, values: [0, 3]))
        let flat = SaliencyPlot.Grid(rows: 3, columns: 8, values: Array(repeating: 1, count: 24))
        let plot = SaliencyPlot(title: "t", name: "features", picture: flat, maps: [map])
        let drawn = try pictures(plot)[1]
        let rows = (0..<3).map { Array(drawn[$0 * 8..<$0 * 8 + 8]) }
        #expect(rows[0] == rows[1] && rows[1] == rows[2])
        let blues = rows[0].map { $0[2] }
        #expect(blues == blues.sorted(by: >) && blues[0] == blues[1] && blues[6] == blues[7])
        #expect(Set(blues).count == 6)
        let texts = try MarkupReader.elements(plot.svg).filter { $0.name == "text" }.map(\.text)
        #expect(!texts.contains("evidence against") && !texts.contains("seconds"))
    }

    @Test func oddValuesAreDrawn() throws {
        let odd: [Double] = [.nan, .infinity, -.infinity, .greatestFiniteMagnitude, -1e300, 0]
        for grid in [
            SaliencyPlot.Grid(rows: 2, columns: 3, values: odd), .init(rows: 2, columns: 3, values: []),
            .init(rows: 0, columns: 0, values: []), .init(rows: 1, columns: 1, values: [.nan]),
        ] {
            for picture in [Self.picture, grid] {
                let plot = SaliencyPlot(
                    title: "t", name: "features", picture: picture, maps: [.init("m", grid)], seconds: .nan)
                #expect(try !MarkupReader.elements(plot.svg).isEmpty)
                #expect(!plot.svg.contains("nan") && !plot.svg.contains("inf"))
            }
        }
    }
}
