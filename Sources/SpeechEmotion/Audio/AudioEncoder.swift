import Autograd
import CSndFile
import Foundation

/// Encodes waveforms into the bytes of an audio file, through libsndfile.
enum AudioEncoder {
    /// A format of libsndfile.
    struct Format {
        /// The name in messages.
        let name: String
        /// The format code.
        let code: Int32
        /// The bits per integer sample; nil for floating-point samples.
        var bits: Int?
        /// The compression level from 0 (highest bitrate) to 1 (lowest bitrate); nil for the encoder's default.
        var compression: Double?
    }

    /// The buffer that libsndfile writes to.
    private final class Target {
        var bytes: [UInt8] = []
        var place = 0

        static func of(_ pointer: UnsafeMutableRawPointer?) -> Target? {
            pointer.map { Unmanaged<Target>.fromOpaque($0).takeUnretainedValue() }
        }

        func write(_ part: UnsafeRawBufferPointer) {
            let end = place + part.count
            if end > bytes.count { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
            bytes.withUnsafeMutableBytes { $0[place..<end].copyBytes(from: part) }
            place = end
        }

        func read(_ count: Int, into target: UnsafeMutableRawPointer) -> Int {
            let wanted = max(0, min(count, bytes.count - place))
            bytes.withUnsafeBytes { all in
                UnsafeMutableRawBufferPointer(start: target, count: wanted)
                    .copyBytes(from: all[place..<place + wanted])
            }
            place += wanted
            return wanted
        }
    }

    /// Opening files is not thread-safe: libsndfile initializes shared state, and all threads share one error message.
    private static let opening = NSLock()

    /// Encodes channels of equal length and sample rate. Throws an `InputError` if the format does not support them.
    static func bytes(_ channels: [Waveform], as format: Format) throws -> [UInt8] {
        guard let first = channels.first,
            channels.allSatisfy({ $0.count == first.count && $0.rate == first.rate })
        else {
            throw InputError(
                "write", found: "channels of \(channels.map { "\($0.count) samples at \($0.rate)" })",
                allowed: "one or more channels of equal length and sample rate")
        }
        for channel in channels {
            guard let bad = channel.samples.firstNotFinite else { continue }
            throw InputError(
                "write", found: "\(channel.samples[bad]) as sample \(bad)", allowed: "finite values")
        }
        let target = Target()
        return try withExtendedLifetime(target) {
            try encode(channels, first, format, target)
            return target.bytes
        }
    }

    private static func encode(
        _ channels: [Waveform], _ first: Waveform, _ format: Format, _ target: Target
    ) throws {
        var info = SF_INFO()
        info.samplerate = Int32(clamping: first.rate)
        info.channels = Int32(clamping: channels.count)
        info.format = format.code
        var operations = SF_VIRTUAL_IO(
            get_filelen: { Int64(Target.of($0)?.bytes.count ?? 0) },
            seek: { offset, whence, pointer in
                guard let target = Target.of(pointer) else { return -1 }
                let base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? target.place : target.bytes.count
                guard base + Int(offset) >= 0 else { return -1 }
                target.place = base + Int(offset)
                return Int64(target.place)
            },
            read: { buffer, count, pointer in
                guard let target = Target.of(pointer), let buffer else { return 0 }
                return Int64(target.read(Int(count), into: buffer))
            },
            write: { buffer, count, pointer in
                guard let target = Target.of(pointer), let buffer, count > 0 else { return 0 }
                target.write(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
                return count
            },
            tell: { Int64(Target.of($0)?.place ?? 0) })
        let pointer = Unmanaged.passUnretained(target).toOpaque()
        let (opened, message) = Self.opening.withLock {
            let opened = sf_open_virtual(&operations, Int32(SFM_WRITE), &info, pointer)
            return (opened, opened == nil ? String(cString: sf_strerror(nil)) : "")
        }
        guard let handle = opened else {
            throw InputError(
                "write", found: "\(channels.count) channels at \(first.rate) Hz (\(message))",
                allowed: "what the format \(format.name) supports")
        }
        // The peak chunk contains the time of day, so that files would not be reproducible.
        sf_command(handle, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, 0)
        if var compression = format.compression {
            var mode = Int32(SF_BITRATE_MODE_CONSTANT)
            sf_command(handle, Int32(SFC_SET_BITRATE_MODE), &mode, Int32(MemoryLayout<Int32>.size))
            sf_command(
                handle, Int32(SFC_SET_COMPRESSION_LEVEL), &compression, Int32(MemoryLayout<Double>.size))
        }
        let isWhole = write(channels, first.count, format, handle)
        let error = sf_error(handle) == 0 ? nil : String(cString: sf_strerror(handle))
        Self.opening.withLock { _ = sf_close(handle) }
        guard isWhole else {
            throw InputError(
                "write", found: "an error of the encoder (\(error ?? "unknown"))",
                allowed: "audio that the format \(format.name) supports")
        }
    }

    /// Writes in blocks, to use little more memory than the file itself.
    private static func write(
        _ channels: [Waveform], _ count: Int, _ format: Format, _ handle: OpaquePointer
    ) -> Bool {
        let blockFrames = 8192
        for start in stride(from: 0, to: count, by: blockFrames) {
            let frames = min(blockFrames, count - start)
            var block: [Float] = []
            block.reserveCapacity(frames * channels.count)
            for frame in start..<start + frames {
                for channel in channels { block.append(channel.samples[frame]) }
            }
            let written =
                if let bits = format.bits {
                    sf_writef_int(handle, block.map { whole($0, bits: bits) }, sf_count_t(frames))
                } else {
                    sf_writef_float(handle, block, sf_count_t(frames))
                }
            if written != sf_count_t(frames) { return false }
        }
        return true
    }

    /// Rounds to an integer of `bits` bits, stored in the upper bits of 32.
    private static func whole(_ sample: Float, bits: Int) -> Int32 {
        let scale = Double(Int64(1) << Int64(bits - 1))
        let value = max(-scale, min(scale - 1, (Double(sample) * scale).rounded(.toNearestOrEven)))
        return Int32(value) << Int32(32 - bits)
    }
}
