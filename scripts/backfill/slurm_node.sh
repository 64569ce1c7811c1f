# A Slurm cluster of one node in a directory, for scripts/backfill.sh: munged, slurmctld and
# slurmd of the calling user, on loopback, with a munge key and socket of their own.
# shellcheck shell=bash

# Two TCP ports that are free now.
slurm_ports() {
    python3 -c 'import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in sockets))'
}

# Starts the cluster below a directory that is not there yet, and sets SLURM_CONF.
slurm_start() {
    local dir=$1 node user controller_port node_port
    node=$(hostname -s)
    user=$(id -un)
    read -r controller_port node_port < <(slurm_ports)
    mkdir -m 755 "$dir" "$dir/munge" "$dir/state" "$dir/spool"
    # munged and slurmd trust nothing below a directory that others may write to; mktemp's is 700.
    chmod 755 "$(dirname "$dir")"
    (umask 077 && head -c 128 /dev/urandom >"$dir/munge/key")
    cat >"$dir/slurm.conf" <<CONF
ClusterName=backfill
SlurmctldHost=$node(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
SlurmctldPort=$controller_port
SlurmdPort=$node_port
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
RequeueExit=75
MpiDefault=none
MailProg=/bin/true
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 RealMemory=4096 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    export SLURM_CONF=$dir/slurm.conf
    munged --foreground --socket="$dir/munge/socket" --key-file="$dir/munge/key" --log-file="$dir/munge/log" \
        --pid-file="$dir/munge/pid" --seed-file="$dir/munge/seed" >"$dir/munge/out" 2>&1 &
    echo $! >"$dir/pids"
    slurmctld -D >"$dir/slurmctld.out" 2>&1 &
    echo $! >>"$dir/pids"
    slurmd -D >"$dir/slurmd.out" 2>&1 &
    echo $! >>"$dir/pids"
    for _ in $(seq 150); do
        [ "$(sinfo -h -o %T 2>/dev/null)" = idle ] && return
        sleep 0.2
    done
    tail -n 20 "$dir"/*.out "$dir/munge/out" >&2
    return 1
}

# Waits until no job is left. The short form cuts a requeue's wait of 121 s short.
slurm_wait() {
    local slow=$1 job
    while [ -n "$(squeue -h)" ]; do
        if [ -z "$slow" ]; then
            for job in $(squeue -h -o '%i %r' | sed -n 's/ BeginTime$//p'); do
                scontrol update JobId="$job" StartTime=now || :
            done
        fi
        sleep 0.3
    done
}

slurm_report() {
    scontrol show job -o |
        sed -n 's/.*ArrayTaskId=\([0-9]*\).* JobState=\([A-Z]*\).* Restarts=\([0-9]*\).* ExitCode=\([0-9]*\):.*/task \1: \2, exit code \4, requeued \3 times/p' |
        sort
}

# The exit codes of all tasks, each once.
slurm_exit_codes() { scontrol show job -o | sed -n 's/.* ExitCode=\([0-9]*\):.*/\1/p' | sort -nu | paste -sd ' '; }

slurm_stop() {
    local dir=$1 pid
    [ -e "$dir/pids" ] || return 0
    timeout 5 scancel --user="$(id -un)" 2>/dev/null || :
    for _ in $(seq 20); do
        [ -n "$(timeout 5 squeue -h 2>/dev/null)" ] || break
        sleep 0.2
    done
    # The last that was started is stopped first.
    for pid in $(tac "$dir/pids"); do
        kill "$pid" 2>/dev/null || continue
        for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null || :
    done
}
