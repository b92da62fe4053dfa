"""Files that NumPy, PyTorch and the safetensors package wrote, for the tests of Autograd's IO; and the other way round.

    python make_io_fixtures.py                 makes IO/ beside this script anew (the same bytes every time)
    python make_io_fixtures.py --check FOLDER  reads what our own code wrote: IO_FOLDER=FOLDER swift test --filter IOFiles

Needs numpy, torch and safetensors; nothing of it is needed to build or test.
"""
import argparse
import io
import json
import pathlib
import struct
import zipfile
import zlib

import numpy as np

HERE = pathlib.Path(__file__).parent / "IO"
FLOATS = [0.0, -0.0, 1.0, -1.5, 0.1, 65504.0, -65504.0, 6e-8, 6.1e-5, 1e-40, 3.0e38, -3.0e38,
          float("inf"), float("-inf"), float("nan"), 1 / 3, 1e10, -7.25, 2049.0, 5e-324]
expected = {}


def values(kind):
    """A [4, 5] array of a numpy type with the edges of its range."""
    kind = np.dtype(kind)
    if kind.kind == "f":
        with np.errstate(over="ignore", under="ignore"):
            return np.array(FLOATS).astype(kind).reshape(4, 5)
    if kind.kind == "b":
        return (np.arange(20) % 3 == 1).reshape(4, 5)
    info = np.iinfo(kind)
    edges = [info.min, info.max, info.min + 1, info.max - 1, 0, 1, 2, 100]
    return np.array(edges + list(range(3, 15)), dtype=object).astype(kind).reshape(4, 5)


def expect(file, name, array):
    """Notes what the array should read as: doubles by their bits, integers as themselves."""
    entry = {"shape": list(array.shape)}
    with np.errstate(invalid="ignore"):
        entry["bits"] = [int(b) for b in np.asarray(array).astype(np.float64).reshape(-1).view(np.uint64)]
    if array.dtype.kind in "iub":
        entry["integers"] = [int(v) for v in array.reshape(-1)]
    expected.setdefault(file, {})[name] = entry


def make_safetensors():
    import torch
    from safetensors.numpy import save_file
    from safetensors.torch import save_file as save_torch

    kinds = ["bool", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]
    tensors = {kind: values(kind) for kind in kinds}
    tensors["scalar"] = np.array(2.5, np.float32)
    tensors["empty"] = np.zeros((0, 3), np.float32)
    tensors["Gr\u00f6\u00dfe \u2211 \U0001f600 \"quoted\" \\ \n"] = np.arange(6, dtype=np.float32).reshape(1, 2, 3, 1)
    save_file(tensors, HERE / "numpy.safetensors", metadata={"note": "\u00fc \"x\"\t"})
    for name, array in tensors.items():
        expect("numpy.safetensors", name, array)

    with np.errstate(over="ignore"):
        single = torch.tensor(np.array(FLOATS).astype(np.float32))
    brain = single.to(torch.bfloat16).reshape(4, 5)
    save_torch({"brain": brain, "half": single.to(torch.float16), "odd": torch.tensor([True])},
               HERE / "torch.safetensors")
    expect("torch.safetensors", "brain", brain.to(torch.float64).numpy())
    expect("torch.safetensors", "half", single.to(torch.float16).to(torch.float64).numpy())
    expect("torch.safetensors", "odd", np.array([True]))
    save_file({}, HERE / "none.safetensors")
    expected["none.safetensors"] = {}


def save_npy(file, array, version=None):
    with open(HERE / file, "wb") as f:
        np.lib.format.write_array(f, array, version=version)
    expect(file, "", array)


def make_npy():
    for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]:
        little = values("<" + kind if kind != "b1" else "?")
        save_npy(f"{kind}.npy", little)
        if kind[1] != "1":
            save_npy(f"{kind}_big.npy", little.astype(">" + kind))
    cube = np.arange(24, dtype="<f4").reshape(2, 3, 4) - 7
    save_npy("fortran.npy", np.asfortranarray(cube))
    save_npy("fortran_big.npy", np.asfortranarray(cube.astype(">i4")))
    save_npy("scalar.npy", np.array(-3.25))
    save_npy("vector.npy", np.arange(3, dtype="<f4"))
    save_npy("empty.npy", np.zeros((3, 0, 2), "<f4"))
    save_npy("version2.npy", cube, version=(2, 0))
    save_npy("version3.npy", cube, version=(3, 0))


def long_array():
    """Compresses well, with copies from far back; the tests know the formula."""
    i = np.arange(20000, dtype=np.int64)
    return ((i * i) % 251 + (i // 4096) * 1000).astype("<i4")


def noise():
    """Does not compress; the tests know the formula (a congruential generator)."""
    state, out = 12345, []
    for _ in range(3000):
        state = (state * 1103515245 + 12345) % 2**31
        out.append(state >> 16 & 0xFF)
    return np.array(out, np.uint8)


def npy_bytes(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def put(archive, name, array, **how):
    info = zipfile.ZipInfo(name + ".npy", date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED if how else zipfile.ZIP_STORED
    if not how:
        return archive.writestr(info, npy_bytes(array))
    original = zipfile._get_compressor
    zipfile._get_compressor = lambda *_: zlib.compressobj(
        how.get("level", 6), zlib.DEFLATED, -15, 8, how.get("strategy", zlib.Z_DEFAULT_STRATEGY))
    try:
        archive.writestr(info, npy_bytes(array))
    finally:
        zipfile._get_compressor = original


def make_npz():
    small = {"a": values("<f4"), "labels": values("<i8"), "Gr\u00f6\u00dfe": np.array(1.5)}
    np.savez(HERE / "savez.npz", **small)
    np.savez_compressed(HERE / "savez_compressed.npz", **small)
    for name, array in small.items():
        expect("savez.npz", name, array)
        expect("savez_compressed.npz", name, array)
    with zipfile.ZipFile(HERE / "deflate.npz", "w") as archive:
        put(archive, "dynamic", long_array(), level=9)
        put(archive, "fast", long_array()[:2000], level=1)
        put(archive, "fixed", values("<f8"), strategy=zlib.Z_FIXED)
        put(archive, "level0", values("<f8"), level=0)
        put(archive, "huffman", long_array()[:500], strategy=zlib.Z_HUFFMAN_ONLY)
        put(archive, "runs", np.zeros(5000, "<f4"), strategy=zlib.Z_RLE)
        # Copies that run into themselves, at every small distance; the tests know the formula.
        put(archive, "patterns", np.concatenate([np.arange(700) % k for k in range(1, 13)]).astype(np.uint8), level=9)
        put(archive, "noise", noise(), level=6)
        put(archive, "empty", np.zeros((0,), "<f4"), level=6)
        archive.writestr(zipfile.ZipInfo("readme.txt"), "not an array")
        archive.comment = b"a comment, PK\5\6 and all"
    for name, array in [("fixed", values("<f8")), ("level0", values("<f8")), ("empty", np.zeros(0, "<f4"))]:
        expect("deflate.npz", name, array)
    limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 0, 0
    with zipfile.ZipFile(HERE / "zip64.npz", "w") as archive:
        put(archive, "x", values("<f4"))
        put(archive, "y", values("<i4"), level=6)
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits
    raw = (HERE / "zip64.npz").read_bytes()
    if b"PK\6\6" not in raw:
        raise SystemExit("zip64.npz has no 64-bit end")
    # zipfile names the true sizes also in the short fields; only the 64-bit ones shall tell.
    end = raw.rindex(b"PK\5\6")
    raw = raw[:end + 8] + b"\xff" * 12 + raw[end + 20:]
    (HERE / "zip64.npz").write_bytes(raw)
    expect("zip64.npz", "x", values("<f4"))
    expect("zip64.npz", "y", values("<i4"))


def check(folder):
    from safetensors import safe_open

    special = np.array([0, -0.0, 1.5, np.inf, -np.inf, 1e-45, 3.4028235e38, 0.1], np.float32)
    ramp = (np.arange(24, dtype=np.float32) / 4 - 3).reshape(2, 3, 4)
    whole = np.array([[-5, 0, 2**62], [7, -2**63, 2**63 - 1]])

    def same(what, got, want, dtype):
        assert got.dtype == dtype and got.shape == want.shape, (what, got.dtype, got.shape)
        assert got.tobytes() == want.astype(dtype).tobytes(), (what, got, want)

    for name, real in [("f32", "<f4"), ("f64", "<f8")]:
        path = folder / f"{name}.safetensors"
        raw = path.read_bytes()
        assert struct.unpack("<Q", raw[:8])[0] % 8 == 0, "header not padded"
        with safe_open(path, "np") as file:
            assert file.metadata() == {"a": "1", "note": "\u00fc \"quoted\" \\ \n \u0001 \U0001f600"}, file.metadata()
            assert set(file.keys()) == {"special", "ramp", "scalar", "empty", "Gr\u00f6\u00dfe \"x\"", "whole"}
            same(path, file.get_tensor("special"), special, real)
            same(path, file.get_tensor("ramp"), ramp, real)
            same(path, file.get_tensor("scalar"), np.array(2.5), real)
            same(path, file.get_tensor("empty"), np.zeros((0, 3)), real)
            same(path, file.get_tensor("Gr\u00f6\u00dfe \"x\""), ramp[0], real)
            same(path, file.get_tensor("whole"), whole, "<i8")
        same(name, np.load(folder / f"{name}.npy"), ramp, real)
        same(name, np.load(folder / f"{name}_scalar.npy"), np.array(2.5), real)
        same(name, np.load(folder / f"{name}_vector.npy"), special, real)
        with np.load(folder / f"{name}.npz") as file:
            assert file.files == ["special", "Gr\u00f6\u00dfe", "empty", "whole"], file.files
            same(name, file["special"], special, real)
            same(name, file["Gr\u00f6\u00dfe"], ramp, real)
            same(name, file["empty"], np.zeros((0, 3)), real)
            same(name, file["whole"], whole, "<i8")
        assert zipfile.ZipFile(folder / f"{name}.npz").testzip() is None
    same("whole", np.load(folder / "whole.npy"), whole, "<i8")
    print("all files read as written")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.check:
        check(arguments.check)
    else:
        HERE.mkdir(exist_ok=True)
        make_safetensors()
        make_npy()
        make_npz()
        with open(HERE / "expected.json", "w") as f:
            json.dump(expected, f, indent=None, separators=(",", ":"), sort_keys=True)
