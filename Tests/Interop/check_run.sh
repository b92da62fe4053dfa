#!/usr/bin/env bash
# Checks the files of a run with other programs: its events with TensorBoard, its tensors with the Python package
# safetensors, and its exported model with ONNX Runtime and features.py.
#
# usage: Tests/Interop/check_run.sh RUN_FOLDER [PYTHON]
#   RUN_FOLDER   a finished run, such as runs/quickstart
#   PYTHON       a Python interpreter with these packages (default: python3)
#
# Requires: pip install numpy tensorboard safetensors onnx onnxruntime soundfile, and the built program (Scripts/run builds it)
set -euo pipefail
here=$(CDPATH="" cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

case "${1-}" in
    "" | -h | --help) awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "${BASH_SOURCE[0]}"; exit ;;
esac
run=$1
python=${2-python3}
program=$here/../../.build/release/Train
[ -x "$program" ] || { echo "error: $program is missing; build it: swift build -c release" >&2; exit 1; }
missing=$("$python" - <<'PYTHON'
import importlib.util
packages = ["numpy", "tensorboard", "safetensors", "onnx", "onnxruntime", "soundfile"]
print(*[name for name in packages if importlib.util.find_spec(name) is None])
PYTHON
)
[ -z "$missing" ] || { echo "error: missing packages; to install them, run: $python -m pip install $missing" >&2; exit 1; }

failed=0
check() {
    printf '%s: ' "$1"
    "$python" "$here/$1" "${@:2}" || failed=1
}
check check_events.py "$run"
check check_safetensors.py "$run"
check check_export.py "$run" "$program"
check check_features.py "$run" "$program"
exit $failed
