#!/usr/bin/env bash
# Starts a one-machine Slurm cluster (munged, slurmctld and slurmd, with all files in a temporary folder), runs job arrays of
# `Train ablate --slurm` and `Train features --slurm` on it, and stops it at the end. An existing Slurm installation is not changed.
#
# Checks that the files of runs are bit-identical to those of uninterrupted runs
#   1. as tasks of several arrays, with additional sbatch options
#   2. after scancel and resubmission
#   3. after the signal before a time limit, when a task saves and is requeued
#   4. after a time limit of two minutes, enforced by the cluster
# and that the features of a pretrained encoder, computed by a job array of `Train features --slurm`,
#   5. are those of a single process, after scancel and resubmission
#
# usage: Tests/Interop/check_slurm.sh [PROGRAM]
#   PROGRAM   the built program (default: .build/release/Train)
#
# Requires: apt-get install slurm-wlm munge python3 (tested with Slurm 22.05), and the built program (Scripts/run builds it).
# Takes about ten minutes on two cores, most of it for the fourth part.
set -euo pipefail
here=$(CDPATH="" cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

case "${1-}" in
    -h | --help) awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "${BASH_SOURCE[0]}"; exit ;;
esac
program=$(realpath "${1-$here/../../.build/release/Train}")
[ -x "$program" ] || { echo "error: $program is missing; build it: swift build -c release" >&2; exit 1; }
PATH=$PATH:/usr/sbin:/sbin
for name in munged slurmctld slurmd sbatch; do
    command -v "$name" > /dev/null || { echo "error: $name not found; install slurm-wlm and munge" >&2; exit 1; }
done

work=$(mktemp -d)
failed=0
stop() {
    scancel --user="$(id -un)" > /dev/null 2>&1 || true
    for _ in $(seq 40); do
        [ -n "$(squeue --noheader 2> /dev/null || true)" ] || break
        sleep 1
    done
    for name in slurmd slurmctld munged; do
        [ ! -s "$work/$name.pid" ] || kill "$(cat "$work/$name.pid")" 2> /dev/null || true
    done
    sleep 2
    [ "$failed" -eq 0 ] && rm -rf "$work" || echo "the files are in $work"
}
trap 'failed=1; exit 1' INT TERM
trap 'status=$?; [ "$status" -eq 0 ] || failed=1; stop' EXIT

say() { printf '%s\n' "$*"; }
fail() {
    say "FAILED: $*"
    failed=1
}

# The cluster.
export SLURM_CONF=$work/slurm.conf XDG_CACHE_HOME=$work/cache
host=$(hostname -s)
port=$((20000 + $$ % 20000))
mkdir "$work/state" "$work/spool" "$work/munge"
head -c 1024 /dev/urandom > "$work/munge/key"
chmod 600 "$work/munge/key"
munged --force --key-file="$work/munge/key" --socket="$work/munge/socket" --seed-file="$work/munge/seed" \
    --pid-file="$work/munged.pid" --log-file="$work/munged.log" 2> /dev/null
cat > "$SLURM_CONF" << CONF
ClusterName=check
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=batch_sched_delay=1,sched_interval=1
MinJobAge=36000
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
slurmctld -c
slurmd -N "$host" 2> /dev/null
for _ in $(seq 30); do
    [ "$(sinfo --noheader --format=%T 2> /dev/null || true)" = idle ] && break
    sleep 1
done
[ "$(sinfo --noheader --format=%T)" = idle ] || { echo "error: the cluster does not start; see $work" >&2; exit 1; }
say "$(sbatch --version): a cluster of $(nproc) cores"

# What is run: a small model, one or four times.
cat > "$work/four.json" << JSON
{
    "extends": "$here/../../Experiments/quickstart.json",
    "name": "four",
    "data": {"source": {"type": "synthetic", "speakers": 12, "repetitions": 1}},
    "training": {"epochs": 100, "save_every_seconds": 1000},
    "sweep": {"variants": {"no dropout": {"remove": ["model[4]", "model[6]"]}}, "seeds": 2}
}
JSON
cat > "$work/one.json" << JSON
{
    "extends": "$here/../../Experiments/quickstart.json",
    "name": "one",
    "data": {"source": {"type": "synthetic", "speakers": 12, "repetitions": 1}},
    "training": {"epochs": 600, "save_every_seconds": 1000},
    "sweep": {"seeds": 1}
}
JSON

ablate() { "$program" ablate "$work/$1.json" --threads 1 "${@:2}"; }
# The names of the runs of an ablation: runs NAME FOLDER
runs() { (cd "$work/$2/$1/runs" && ls -d -- *); }
# How many epochs of a run are over.
epochs() { { wc -l < "$1/metrics.jsonl" || echo 0; } 2> /dev/null; }
# Waits until a run has as many epochs: reach FOLDER EPOCHS
reach() {
    for _ in $(seq 3000); do
        [ "$(epochs "$1")" -lt "$2" ] || return 0
        sleep 0.1
    done
    fail "$1 has not come to epoch $2"
}
# Waits until no task is there; what waits to begin again is begun at once.
finish() {
    local begin=$SECONDS task
    while [ -n "$(squeue --noheader)" ]; do
        # Slurm revokes the credential of a task that begins again in the second in which it has ended.
        [ -z "$(squeue --noheader --state=PENDING)" ] || sleep 3
        for task in $(squeue --noheader --array --state=PENDING --format=%i); do
            scontrol update "JobId=$task" StartTime=now 2> /dev/null || true
        done
        sleep 1
        [ $((SECONDS - begin)) -lt 1800 ] || { fail "tasks are left after half an hour"; squeue; return; }
    done
}
# The bytes of every repeatable file against those of undisturbed runs: compare NAME FOLDER
compare() {
    local run file count=0
    for run in $(runs "$1" plain); do
        for file in config.json split.json metrics.jsonl metrics.csv model.safetensors predictions.csv \
            classification.txt result.json audit.json; do
            cmp "$work/plain/$1/runs/$run/$file" "$work/$2/$1/runs/$run/$file" && count=$((count + 1)) \
                || fail "$2: $run/$file differs"
        done
    done
    "$program" ablate "$work/$1.json" --runs "$work/$2" --collect > "$work/$2.txt" || fail "$2: no table"
    cmp "$work/plain/$1/table.csv" "$work/$2/$1/table.csv" || fail "$2: the tables differ"
    say "   $count files of $(runs "$1" plain | wc -l) runs, and the table, are those of undisturbed runs"
}
# A fact of a task's job: fact TASK NAME
fact() { scontrol show job "$1" | grep -o "\\b$2=[^ ]*" | cut -d= -f2; }

say "0. undisturbed runs"
ablate four --runs "$work/plain" > "$work/plain.txt"

say "1. arrays of at most 3 tasks, with options"
ablate four --runs "$work/arrays" --slurm --slurm-array 3 \
    --slurm-options "--time=30 --comment='two words' -p main" | sed 's/^/   /'
bash "$work/arrays/four/submit.sh" | sed 's/^/   /'
finish
compare four arrays

say "2. scancel, and another submission"
ablate four --runs "$work/cancel" --slurm > "$work/cancel.txt"
job=$(sbatch --parsable "$work/cancel/four/slurm.sh")
first=$work/cancel/four/runs/$(basename "$(grep -o 'configs/[^ ]*\.json' "$work/cancel/four/slurm.sh" | head -n 1)" .json)
reach "$first" 10
scancel "$job"
while [ -n "$(squeue --noheader)" ]; do sleep 0.5; done
[ ! -e "$first/result.json" ] || fail "the run had ended before it was cancelled"
say "   task 1 was cancelled in epoch $(($(epochs "$first") + 1)) of 100: $(fact "${job}_1" JobState), queued again $(fact "${job}_1" Restarts) times"
[ "$(fact "${job}_1" Restarts)" = 0 ] || fail "a cancelled task was queued again"
sbatch "$work/cancel/four/slurm.sh" | sed 's/^/   /'
finish
compare four cancel

say "3. the signal before a time limit"
ablate four --runs "$work/signal" --slurm > "$work/signal.txt"
job=$(sbatch --parsable "$work/signal/four/slurm.sh")
first=$work/signal/four/runs/$(basename "$first")
reach "$first" 10
# A job that Slurm still calls configuring takes no signal. A signal that Slurm reports as failed may have been delivered.
for _ in $(seq 60); do
    ! scancel --signal=USR1 --batch "${job}_1" 2> "$work/scancel.log" || break
    sleep 0.5
    [ "$(fact "${job}_1" Restarts)" = 0 ] || break
done
for _ in $(seq 300); do
    [ "$(fact "${job}_1" Restarts)" = 0 ] || [ "$(fact "${job}_1" JobState)" != PENDING ] || break
    sleep 0.2
done
[ ! -e "$first/result.json" ] || fail "the run had ended before its signal"
say "   task 1 stopped in epoch $(($(epochs "$first") + 1)) of 100: $(fact "${job}_1" JobState), queued again $(fact "${job}_1" Restarts) times"
# More than once if Slurm delivered a signal that it reported as failed.
[ "$(fact "${job}_1" Restarts)" -ge 1 ] || fail "the task was not queued again"
for task in 2 3 4; do
    [ "$(fact "${job}_$task" Restarts)" = 0 ] || fail "task $task was queued again, which had no signal"
done
finish
compare four signal

say "4. a time limit of two minutes"
ablate one --runs "$work/plain" > "$work/one.txt"
ablate one --runs "$work/limit" --slurm --slurm-options "--time=2" > "$work/limit.txt"
job=$(sbatch --parsable "$work/limit/one/slurm.sh")
finish
say "   the task was queued again $(fact "${job}_1" Restarts) times, and ended as $(fact "${job}_1" JobState)"
[ "$(fact "${job}_1" Restarts)" -ge 1 ] || fail "the run had ended before its time limit; it needs more epochs"
compare one limit

say "5. features of an encoder"
mkdir "$work/noise"
python3 - "$work/noise" << 'PYTHON'
import pathlib, random, sys, wave
folder = pathlib.Path(sys.argv[1])
rows = ["path,label"]
for clip in range(60):
    with wave.open(str(folder / f"{clip}.wav"), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(random.Random(clip).randbytes(2 * 16000))
    rows.append(f"{clip}.wav,{'ab'[clip % 2]}")
(folder / "clips.csv").write_text("\n".join(rows) + "\n")
PYTHON
cat > "$work/encoder.json" << JSON
{
    "name": "encoder",
    "data": {"source": {"type": "manifest", "file": "$work/noise/clips.csv"}},
    "features": {
        "sample_rate": 16000,
        "layout": {
            "type": "sequence",
            "features": [{"type": "encoder", "weights": "$(realpath "$here/../EncodersTests/Fixtures/wavlm")", "layers": "all"}],
            "frames": 100
        }
    },
    "split": {"type": "random"},
    "model": [{"type": "gru", "units": 4, "output": "last"}, {"type": "dense", "units": "classes"}]
}
JSON
features() { "$program" features "$work/encoder.json" --threads 1 "$@"; }
# The number of cached clips.
cached() { find "$work/shared" -mindepth 2 -type f 2> /dev/null | wc -l; }
features --out "$work/single.npy" 2> "$work/features.log"
clips=$(($(wc -l < "$work/single.csv") - 1))
features --cache "$work/shared" --slurm "$work/features.sh" --parts 3 > "$work/features.txt" 2>> "$work/features.log"
job=$(sbatch --parsable "$work/features.sh")
for _ in $(seq 3000); do
    [ "$(cached)" -lt 5 ] || break
    sleep 0.1
done
scancel "$job"
while [ -n "$(squeue --noheader)" ]; do sleep 0.5; done
say "   cancelled with $(cached) of $clips clips in the cache"
[ "$(cached)" -gt 0 ] || fail "no features were computed before the tasks were cancelled"
[ "$(cached)" -lt "$clips" ] || fail "all features were computed before the tasks were cancelled"
sbatch "$work/features.sh" | sed 's/^/   /'
finish
[ "$(cached)" -eq "$clips" ] || fail "$(cached) of $clips clips are in the cache"
features --cache "$work/shared" --out "$work/parts.npy" 2>> "$work/features.log"
[ "$(cached)" -eq "$clips" ] || fail "the features were not taken from the cache"
for file in npy lengths.npy csv; do
    cmp "$work/single.$file" "$work/parts.$file" || fail "features: $file differs"
done
say "   the features of $clips clips are those of a single process"

[ "$failed" -eq 0 ] && say "all is well"
exit "$failed"
