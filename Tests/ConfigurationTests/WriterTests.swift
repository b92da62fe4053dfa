import Configuration
import Testing

@Suite struct Writer {
    @Test func shortValuesFitOnOneLineAndLongOnesWrap() throws {
        let layers: [JSONValue] = [
            ["type": "gru", "units": 128, "bidirectional": true], ["type": "dense", "units": 8],
        ]
        let value: JSONValue = [
            "name": "a", "shape": [200, 40], "empty": [], "none": [:], "layers": JSONValue(.list(layers)),
            "numbers": JSONValue(.list((0..<40).map { JSONValue(.integer($0 * 1000)) })),
        ]
        #expect(
            value.pretty(width: 60) == """
                {
                  "name": "a",
                  "shape": [200, 40],
                  "empty": [],
                  "none": {},
                  "layers": [
                    {"type": "gru", "units": 128, "bidirectional": true},
                    {"type": "dense", "units": 8}
                  ],
                  "numbers": [
                    0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000,
                    10000, 11000, 12000, 13000, 14000, 15000, 16000, 17000,
                    18000, 19000, 20000, 21000, 22000, 23000, 24000, 25000,
                    26000, 27000, 28000, 29000, 30000, 31000, 32000, 33000,
                    34000, 35000, 36000, 37000, 38000, 39000
                  ]
                }
                """)
        for line in value.pretty().split(separator: "\n") { #expect(line.count <= 100) }
    }

    @Test func textIsEscaped() {
        #expect(
            JSONValue.quoted("a\"\\\n\r\t\u{1}\u{7F}\u{2028}ä😀/") == #""a\"\\\n\r\t\u0001\u007F\u2028ä😀/""#)
    }

    @Test func numbersAreShortestAndValid() {
        let values: [Double] = [0.1, 100, 1e-5, 1e22, .nan, .infinity, -0.0]
        #expect(values.encode().line == "[0.1, 100.0, 1e-05, 1e+22, null, null, -0.0]")
        #expect([Float(0.1), 3.4e38, .leastNonzeroMagnitude].encode().line == "[0.1, 3.4e+38, 1e-45]")
    }

    @Test func everyFloatRoundTrips() throws {
        var bits: UInt32 = 1
        for _ in 0..<20_000 {
            bits = bits &* 1_664_525 &+ 1_013_904_223
            let value = Float(bitPattern: bits)
            guard value.isFinite else { continue }
            let double = try #require(JSONValue.parse(value.encode().line).double)
            #expect(Float(double) == value)
        }
    }
}
