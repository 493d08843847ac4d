# What a host tells of jobs that it runs by itself.
# `ops_job_host UNITS JOBS`: Node and systemd; the jobs of which the folder of units or that of jobs holds something, and the files that each brought.
ops_job_host() {
  if [ -d /run/systemd/system ]; then echo init=systemd; else echo init=none; fi
  echo "user=$(id -u)"
  for ops_node in "$(command -v node)" /usr/bin/node /usr/local/bin/node /opt/node/bin/node; do
    [ -n "$ops_node" ] && [ -x "$ops_node" ] || continue
    echo "node=$("$ops_node" --version </dev/null) $ops_node"
  done
  for ops_unit in "$1"/ops-job-*.timer "$1"/ops-job-*.service; do
    [ -e "$ops_unit" ] || continue
    ops_job=${ops_unit##*/ops-job-}
    echo "job=${ops_job%.*}"
  done
  for ops_list in "$2"/*/.brought "$2"/*/.files; do
    [ -f "$ops_list" ] || continue
    ops_job=${ops_list%/*}
    ops_job=${ops_job##*/}
    echo "job=$ops_job"
    while IFS= read -r ops_file; do printf 'file=%s %s\n' "$ops_job" "$ops_file"; done <"$ops_list"
  done
}
# `ops_job_left TIMER PROJECT`: whether the timer is set.
# Where it is not, and the host never proved that it can plan the job, `ops_job_forget PATH...` removes secrets and tells of each.
ops_job_left() {
  ops_timer=none
  if systemctl is-enabled "$1" >/dev/null 2>&1; then ops_timer=set; fi
  ops_job_works=
  if [ "$ops_timer" = set ] || [ -e "$2/.planned" ]; then ops_job_works=yes; fi
  echo "timer=$ops_timer"
}
ops_job_forget() {
  [ -z "$ops_job_works" ] || return 0
  for ops_path in "$@"; do
    if [ -f "$ops_path" ] && rm -f -- "$ops_path"; then echo "gone=$ops_path"; fi
  done
}
ops_job_there() {
  for ops_path in "$@"; do
    if [ -e "$ops_path" ]; then echo "left=$ops_path"; fi
  done
}
# `ops_job_history PROJECT JOB NODE LAST`: what the end of an earlier schedule has kept, behind `kept`;
# `scheduled` where the job and an ops are there, then what that ops tells, and `rc=`.
# The newest ops is the one that the last schedule sent.
ops_job_history() {
  if [ -s "$1/.history" ]; then echo kept; cat "$1/.history"; echo; fi
  ops_cli=$(ls -t /opt/ops/*/dist/cli.js 2>/dev/null | head -n 1)
  if [ -n "$ops_cli" ] && [ -f "$1/ops.ini" ]; then
    echo scheduled
    if [ -n "$3" ]; then
      ( cd "$1" && "$3" "$ops_cli" job history "$2" --json --last "$4" ) </dev/null 2>&1
      echo "rc=$?"
    fi
  fi
}
