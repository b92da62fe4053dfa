import Autograd
import Foundation
import Testing

/// The error message of every kind of corruption: the file, the location, what was found and what is allowed.
@Suite struct CorruptionTests {
    /// Returns a safetensors file with the given header and number of data bytes.
    static func file(_ header: String, data: Int = 0) -> [UInt8] { file(Array(header.utf8), data: data) }

    static func file(_ header: [UInt8], data: Int = 0) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
            + [UInt8](repeating: 1, count: data)
    }

    private static func x(_ dtype: String, _ shape: String, _ offsets: String) -> String {
        #"{"x":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
    }

    static let good = x("F32", "[2]", "[0,8]")

    static let corruptedSafetensors: [(bytes: [UInt8], message: String)] = [
        // Lengths.
        (
            [1, 2, 3],
            "f: byte 0: found a file of 3 bytes; allowed: at least 8 bytes, the length of the header"
        ),
        (
            [100, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D],
            "f: header length, byte 0: found 100; allowed: at most 2 in a file of 10 bytes"
        ),
        (
            [UInt8](repeating: 0xFF, count: 20),
            "f: header length, byte 0: found 18,446,744,073,709,551,615 (not a safetensors file, or a corrupted one); allowed: at most 12 in a file of 20 bytes"
        ),
        (file(""), #"f: header, byte 8: found the end of the header; allowed: "{" as the first byte"#),
        (file(" {}"), #"f: header, byte 8: found " {}"; allowed: "{" as the first byte"#),
        // Layout.
        (
            file(good, data: 7),
            "f: tensor \"x\", byte 62: found data up to byte 70; allowed: up to 69, the end of the file (is the file truncated?)"
        ),
        (
            file(good, data: 10),
            "f: byte 70: found 2 bytes that belong to no tensor; allowed: the end of the file after tensor \"x\""
        ),
        (
            file("{}", data: 1),
            "f: byte 10: found 1 bytes that belong to no tensor; allowed: the end of the file after the header"
        ),
        (
            file(
                #"{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
                data: 3),
            "f: tensor \"y\", byte 114: found data that overlaps tensor \"x\"; allowed: data from byte 115"
        ),
        (
            file(
                #"{"y":{"dtype":"U8","shape":[2],"data_offsets":[3,5]},"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#,
                data: 5),
            "f: tensor \"y\", byte 116: found a gap after tensor \"x\"; allowed: data from byte 115"
        ),
        (
            file(x("U8", "[2]", "[1,3]"), data: 3),
            "f: tensor \"x\", byte 62: found a gap after the header; allowed: data from byte 61"
        ),
        // Types and sizes.
        (
            file(x("F31", "[2]", "[0,8]"), data: 8),
            #"f: tensor "x", key "dtype", byte 27: found "F31"; allowed: BOOL, I8, U8, I16, U16, F16, BF16, I32, U32, F32, I64, U64, F64"#
        ),
        (
            file(x("F64", "[2]", "[0,8]"), data: 8),
            #"f: tensor "x", byte 13: found data_offsets [0, 8]; allowed: two with 16 bytes between them for F64 of shape [2]"#
        ),
        (
            file(x("F32", "[2]", "[8,0]"), data: 8),
            #"f: tensor "x", byte 13: found data_offsets [8, 0]; allowed: two with 8 bytes between them for F32 of shape [2]"#
        ),
        (
            file(x("F32", "[2]", "[8]"), data: 8),
            #"f: tensor "x", byte 13: found data_offsets [8]; allowed: two with 8 bytes between them for F32 of shape [2]"#
        ),
        (
            file(x("F32", "[2]", "[0,4,8]"), data: 8),
            #"f: tensor "x", key "data_offsets", byte 60: found more numbers; allowed: at most 2"#
        ),
        (
            file(x("F32", "[4294967296,4294967296]", "[0,8]"), data: 8),
            #"f: tensor "x", byte 13: found shape [4294967296, 4294967296]; allowed: a size that fits in memory"#
        ),
        (
            file(x("F32", "[0,4294967296,4294967296]", "[0,0]")),
            #"f: tensor "x", byte 13: found shape [0, 4294967296, 4294967296]; allowed: a size that fits in memory"#
        ),
        (
            file(x("F32", "[0]", "[9223372036854775807,9223372036854775807]")),
            #"f: tensor "x", byte 13: found data_offsets [9223372036854775807, 9223372036854775807]; allowed: inside the file"#
        ),
        (
            file(x("F32", "[" + String(repeating: "1,", count: 64) + "2]", "[0,8]"), data: 8),
            #"f: tensor "x", key "shape", byte 165: found more numbers; allowed: at most 64"#
        ),
        // Numbers.
        (
            file(x("F32", "[-2]", "[0,8]"), data: 8),
            #"byte 37: found -2; allowed: an integer from 0, in plain digits"#
        ),
        (
            file(x("F32", "[2.0]", "[0,8]"), data: 8),
            "byte 37: found 2.0; allowed: an integer from 0, in plain digits"
        ),
        (
            file(x("F32", "[2]", "[0,8e0]"), data: 8),
            "byte 58: found 8e0; allowed: an integer from 0, in plain digits"
        ),
        (file(x("F32", "[1e999]", "[0,8]"), data: 8), "byte 37: found 1e999; allowed"),
        (file(x("F32", "[02]", "[0,8]"), data: 8), "byte 37: found 02; allowed"),
        (file(x("F32", "[NaN]", "[0,8]"), data: 8), #"byte 37: found "NaN],"data_o"; allowed"#),
        (file(x("F32", "[Infinity]", "[0,8]"), data: 8), #"byte 37: found "Infinity],"d"; allowed"#),
        (file(x("F32", "[\"2\"]", "[0,8]"), data: 8), #"byte 37: found ""2"],"data_o"; allowed"#),
        (
            file(x("F32", "[9223372036854775808]", "[0,8]"), data: 8),
            "byte 37: found 9223372036854775808; allowed: at most 9223372036854775807"
        ),
        (
            file(x("F32", "[2,]", "[0,8]"), data: 8),
            #"byte 39: found "],"data_offs"; allowed: an integer from 0"#
        ),
        (file(x("F32", "null", "[0,8]"), data: 8), #"byte 36: found "null,"data_o"; allowed: "[""#),
        // Keys.
        (
            file(#"{"x":{"dtype":"U8","shape":[1]}}"#, data: 1),
            #"found no key "data_offsets"; allowed: dtype, shape"#
        ),
        (
            file(#"{"x":{"shape":[1],"data_offsets":[0,1]}}"#, data: 1),
            #"tensor "x", byte 13: found no key "dtype""#
        ),
        (file(#"{"x":{}}"#), #"tensor "x", byte 13: found no key "dtype""#),
        (
            file(#"{"x":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1),
            #"found a duplicate "dtype"; allowed: each key once"#
        ),
        (file(#"{"x":{"dtyp":"U8"}}"#), #"found "dtyp"; allowed: dtype, shape, data_offsets"#),
        (
            file(
                #"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
                data: 2),
            #"f: header, byte 65: found a duplicate "x"; allowed: each name once"#
        ),
        (file(#"{"__metadata__":{"a":"1","a":"2"}}"#), #"f: metadata, byte 37: found a duplicate "a""#),
        (file(#"{"__metadata__":{"a":1}}"#), #"f: metadata, byte 29: found "1}}"; allowed: """#),
        (file(#"{"__metadata__":{},"__metadata__":{}}"#), #"found a duplicate "__metadata__""#),
        // JSON and UTF-8.
        (file(#"{"x""#), #"byte 12: found the end of the header; allowed: ":""#),
        (file(#"{"x"#), #"byte 9: found an unterminated string; allowed: a closing quote"#),
        (file("{}}"), #"byte 10: found "}"; allowed: only spaces after the last "}""#),
        (file("{,}"), #"byte 9: found ",}"; allowed: """#),
        (file(good.dropLast() + ",}", data: 8), #"found "}"; allowed: """#),
        (file("{} \0"), "byte 11: found byte 0x0; allowed: only spaces"),
        (file("{\"a\nb\":{}}"), "byte 11: found byte 0xa; allowed: a control character only as an escape"),
        (file(#"{"\q":{}}"#), #"byte 10: found "\q":{}}"; allowed: \" \\ \/ \b"#),
        (file(#"{"\u12g4":{}}"#), "allowed: four hexadecimal digits after \\u"),
        (file(#"{"\u12"#), "allowed: four hexadecimal digits after \\u"),
        (file(#"{"\ud800":{}}"#), "allowed: both halves of a surrogate pair"),
        (file(#"{"\ud800\u0041":{}}"#), "allowed: both halves of a surrogate pair"),
        (file(#"{"\udc00":{}}"#), "allowed: both halves of a surrogate pair"),
        (file(Array("{\"a".utf8) + [0xFF] + Array("\":{}}".utf8)), "byte 10: found bytes that are not UTF-8"),
        (
            file(Array("{\"".utf8) + [0xC0, 0x80] + Array("\":{}}".utf8)),
            "byte 10: found bytes that are not UTF-8"
        ),
        (
            file(Array("{\"".utf8) + [0xED, 0xA0, 0x80] + Array("\":{}}".utf8)),
            "found bytes that are not UTF-8"
        ),
        (file("{" + [0xC3, 0xA9].map { "\\x\($0)" }.joined()), #"found "\x195\x169"; allowed: """#),
        // Nesting.
        (
            file(String(repeating: "{\"a\":", count: 200_000)),
            #"tensor "a", key "a", byte 18: found "a"; allowed: dtype"#
        ),
        (
            file("{\"a\":" + String(repeating: "[", count: 500_000)),
            #"tensor "a", byte 13: found "[[[[[[[[[[[["; allowed: "{""#
        ),
        (
            file(x("U8", String(repeating: "[", count: 500_000), "[0,1]")),
            "found \"[[[[[[[[[[[[\"; allowed: an integer"
        ),
    ]

    @Test(arguments: CorruptionTests.corruptedSafetensors.indices)
    func safetensors(_ i: Int) {
        let (bytes, wanted) = Self.corruptedSafetensors[i]
        let message = Fixtures.message { try SafeTensors(bytes: bytes, name: "f") } ?? "no error"
        #expect(message.contains(wanted))
        #expect(message.hasPrefix("f: ") && message.contains("; allowed: "))
    }

    @Test func readsIntactFiles() throws {
        #expect(try SafeTensors(bytes: Self.file(Self.good, data: 8), name: "f").names == ["x"])
        // Harmless: the sizes overflow only if the empty axis is ignored.
        let wide = Self.file(Self.x("F32", "[0,4294967296]", "[0,0]"))
        #expect(try SafeTensors(bytes: wide).tensor("x").shape == [0, 4_294_967_296])
        let escaped = Self.file(
            #"{"\u00e4\ud83d\ude00\n\/":{"shape" : [ 1 ] , "data_offsets":[0,1],"dtype":"U8"}} "#, data: 1)
        #expect(try SafeTensors(bytes: escaped).names == ["ä😀\n/"])
    }

    @Test func wrongRequests() throws {
        let file = try SafeTensors(bytes: Self.file(Self.good, data: 8), name: "f")
        #expect(
            Fixtures.message { try file.tensor("y") }
                == "f: tensor \"y\": found no such tensor; allowed: one of the 1 in the file: x")
        #expect(
            Fixtures.message { try file.tensor("x", shape: [3]) }
                == "f: tensor \"x\": found shape [2]; allowed: [3]")
        #expect(
            Fixtures.message { try file.indices("x") }
                == "f: tensor \"x\": found elements of type F32; allowed: integers (BOOL, I8, U8, I16, U16, I32, U32, I64, U64)"
        )
    }

    /// Returns an npy file with the given header and number of data bytes.
    static func npy(_ header: String, data: Int = 0, version: UInt8 = 1) -> [UInt8] {
        let count = header.utf8.count
        let length =
            [UInt8(count & 0xFF), UInt8(count >> 8 & 0xFF)] + (version == 1 ? [] : [UInt8(count >> 16), 0])
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8)
            + [UInt8](repeating: 1, count: data)
    }

    private static func npy(_ descr: String, _ order: String, _ shape: String, _ data: Int) -> [UInt8] {
        npy("{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape), }", data: data)
    }

    static let corruptedNpy: [(bytes: [UInt8], message: String)] = [
        ([0x93], "f: header, byte 0: found 1 bytes; allowed: at least 10, with the length of the header"),
        (
            [UInt8](repeating: 0x50, count: 20),
            "f: header, byte 0: found another kind of file; allowed: 0x93 \"NUMPY\""
        ),
        (npy("{}", version: 4), "f: header, byte 6: found format 4.0; allowed: 1.0, 2.0, 3.0"),
        (Array(npy("{}", version: 2).prefix(11)), "f: header, byte 8: found 11 bytes; allowed: at least 12"),
        (Array(npy("{}").prefix(11)), "f: header, byte 8: found a header of 2 bytes; allowed: at most 1"),
        (
            Array(npy("{}", version: 3).prefix(8)) + [0xFF, 0xFF, 0xFF, 0xFF, 0x7B],
            "f: header, byte 8: found a header of 4,294,967,295 bytes; allowed: at most 1"
        ),
        (
            npy("'<f4'", "False", "(2,)", 7),
            "f: header, byte 67: found 7 bytes of data; allowed: 8 for F32 of shape [2]"
        ),
        (npy("'<f4'", "False", "(2,)", 9), "found 9 bytes of data; allowed: 8 for F32 of shape [2]"),
        (npy("'<f4'", "False", "(4294967296, 4294967296)", 0), "found shape [4294967296, 4294967296]"),
        (npy("'<f4'", "False", "(0, 4294967296, 4294967296)", 0), "found shape [0, 4294967296, 4294967296]"),
        (npy("'<f4'", "False", "(-1,)", 0), "key 'shape', byte 61: found -1; allowed: an integer from 0"),
        (npy("'<f4'", "False", "(1.0,)", 4), "found 1.0; allowed: an integer"),
        (npy("'<f4'", "False", "(99999999999999999999,)", 4), "found 99999999999999999999; allowed: at most"),
        (npy("'<f4'", "False", "(1)", 4), #"key 'shape', byte 62: found "), }"; allowed: ",""#),
        (npy("'<f4'", "False", "[1]", 4), #"found "[1], }"; allowed: "(""#),
        (npy("'<f4'", "False", "(1,", 4), "allowed: an integer from 0"),
        (
            npy("'<f4'", "False", "(" + String(repeating: "1,", count: 65) + ")", 4),
            "found more numbers; allowed: at most 64"
        ),
        (
            npy("'<f4'", "Maybe", "(1,)", 4),
            #"key 'fortran_order', byte 44: found "Maybe, 'shap"; allowed: True, False"#
        ),
        (npy("'<c8'", "False", "(1,)", 8), "key 'descr', byte 25: found '<c8'; allowed: f2, f4, f8, i1"),
        (npy("'<f16'", "False", "(1,)", 16), "found '<f16'"),
        (npy("'|f4'", "False", "(1,)", 4), "found '|f4'"),
        (npy("'f4'", "False", "(1,)", 4), "found 'f4'"),
        (npy("'|O'", "False", "(1,)", 4), "found '|O'"),
        (npy("''", "False", "(1,)", 4), "found ''"),
        (npy("[('a', '<f4')]", "False", "(1,)", 4), #"found "[('a', '<f4'"; allowed: a string in quotes"#),
        (npy("<f4", "False", "(1,)", 4), "allowed: a string in quotes"),
        (npy("{'descr': '<f4"), "found an unterminated string; allowed: a closing quote"),
        (npy("{'descr': '<f4', 'fortran_order': False, }"), "found no key 'shape'"),
        (
            npy("{'descr': '<f4', 'descr': '<f4', }"),
            "found 'descr'; allowed: 'descr', 'fortran_order' and 'shape', each once"
        ),
        (npy("{'other': 3}"), "found 'other'; allowed"),
        (npy("{'descr' '<f4'}"), #"allowed: ":""#),
        (npy("{} x"), #"byte 13: found "x"; allowed: only spaces after the "}""#),
        (npy("{"), "found the end of the header; allowed: a string in quotes"),
        (
            npy(String(repeating: "(", count: 60_000)),
            #"f: header, byte 10: found "(((((((((((("; allowed: "{""#
        ),
    ]

    @Test(arguments: CorruptionTests.corruptedNpy.indices)
    func npy(_ i: Int) {
        let (bytes, wanted) = Self.corruptedNpy[i]
        let message = Fixtures.message { try Npy.read(bytes: bytes, name: "f") } ?? "no error"
        #expect(message.contains(wanted))
        #expect(message.hasPrefix("f: ") && message.contains("; allowed: "))
    }

    @Test func readsPython2AndUnusualSpaces() throws {
        let long = Self.npy("'<f4'", "False", "(1L, 2L)", 8)
        #expect(try Npy.read(bytes: long).shape == [1, 2])
        let odd = Self.npy("{\"shape\":(),'fortran_order':True ,'descr':\"|u1\"}\n", data: 1, version: 2)
        #expect(try Npy.readIndices(bytes: odd) == Indices([1], shape: []))
    }
}
