#!/bin/sh
# Creates the Python environment of the scripts in this folder:  setup.sh VENV_FOLDER
# Requires Python 3.11 or newer with its venv module (on Debian: apt-get install python3-venv), and about 3 GB of disk space.
# If only the CUDA build of torch is available, it works, too (several GB more).
set -e
case "$1" in
    "") echo "usage: setup.sh VENV_FOLDER" >&2; exit 64 ;;
    -h | --help) sed -n '2,4s/^# //p' "$0"; exit ;;
esac
python3 -c "import ensurepip, venv" 2> /dev/null || {
    echo "error: no python3 with its venv module; on Debian or Ubuntu: apt-get install python3-venv" >&2
    exit 1
}
here=$(cd "$(dirname "$0")" && pwd)
python3 -m venv "$1"
"$1/bin/pip" install -q -r "$here/requirements.txt"
# These two ask for a CUDA torch; the CPU build of torch serves for what is used here.
"$1/bin/pip" install -q --no-deps -r "$here/requirements-nodeps.txt"
# torchaudio's compiled extension needs CUDA's runtime; without the files it runs in plain torch.
"$1/bin/python" - <<'PY'
import glob, importlib.util, os, torch
if "+cpu" in torch.__version__:
    folder = os.path.dirname(importlib.util.find_spec("torchaudio").origin)
    for f in glob.glob(os.path.join(folder, "lib", "*.so")):
        os.remove(f)
PY
