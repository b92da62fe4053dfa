/// The element type of a tensor in a file, by its safetensors name.
public enum ElementType: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case i8 = "I8"
    case u8 = "U8"
    case i16 = "I16"
    case u16 = "U16"
    case f16 = "F16"
    case bf16 = "BF16"
    case i32 = "I32"
    case u32 = "U32"
    case f32 = "F32"
    case i64 = "I64"
    case u64 = "U64"
    case f64 = "F64"

    /// The type that represents a `Real` exactly.
    public static var real: ElementType { MemoryLayout<Real>.size == 8 ? .f64 : .f32 }

    /// The size of an element in bytes.
    public var size: Int {
        switch self {
        case .bool, .i8, .u8: 1
        case .i16, .u16, .f16, .bf16: 2
        case .i32, .u32, .f32: 4
        case .i64, .u64, .f64: 8
        }
    }

    /// Whether the type is a floating-point type.
    public var isFloat: Bool {
        switch self {
        case .f16, .bf16, .f32, .f64: true
        default: false
        }
    }
}

/// Converts half-precision bits to Float, exactly. A NaN keeps its payload.
@inline(__always)
func floatFromHalf(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let rest = UInt32(bits & 0x7FFF)
    if rest >= 0x7C00 { return Float(bitPattern: sign | 0x7F80_0000 | rest << 13) }
    if rest >= 0x0400 { return Float(bitPattern: sign | (rest << 13) &+ 0x3800_0000) }
    // Subnormal: an integer multiple of 2^-24.
    let magnitude = Float(Int32(rest)) * 0x1p-24
    return Float(bitPattern: sign | magnitude.bitPattern)
}

/// Converts bfloat16 bits to Float, exactly.
@inline(__always)
func floatFromBrain(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
