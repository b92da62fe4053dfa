import CKernels

/// The instruction set of the kernels, in ascending order of vector width.
///
/// The default is the widest that the processor supports. The environment variable `AUTOGRAD_ISA` selects another
/// one: `avx512`, `avx2` or `baseline`. If the value is unknown or the processor does not support it, the program ends
/// at its start with an error and status 64.
///
/// `avx2` and `avx512` give bit-identical results. `baseline` rounds differently, because it has no fused
/// multiply-add.
public enum InstructionSet: String, CaseIterable, Codable, Sendable {
    case baseline, avx2, avx512

    /// The instruction set in use.
    public static var current: InstructionSet { InstructionSet(level: ck_current_level()) }

    /// The instruction sets that this processor supports.
    public static var available: [InstructionSet] {
        (0...ck_best_level()).map { InstructionSet(level: $0) }
    }

    /// Selects an instruction set that the processor supports. For tests, while no kernel is running; weights that
    /// were packed for another set must not be used again.
    package static func use(_ set: InstructionSet) {
        guard let level = available.firstIndex(of: set) else {
            fail("InstructionSet.use: this processor does not support \(set)")
        }
        ck_use_level(Int32(level))
    }

    private init(level: Int32) {
        let name = String(cString: ck_instruction_set(level))
        guard let set = InstructionSet(rawValue: name) else {
            fail("InstructionSet: unknown instruction set \(name)")
        }
        self = set
    }
}
