# The functions of `filesystem-look`, as look.ts describes them.
ops_tab=$(printf '\t')
ops_newline='
'
ops_missed() { printf 'missed\t%s\n' "$1"; }
ops_looked() { printf 'looked\t%s\n' "$1"; }
ops_left() { printf 'left\t%s\n' "$1"; }
ops_told() {
  ops_told=$("$@") || return 1
  printf '%s\n' "$ops_told" | sed -e '/^looked	/d' -e '/^left	/d' -e '/^$/d'
  ! ops_wants_detail || printf '%s\n' "$ops_told" |
    sed -n -e 's/^looked	/looked /p' -e 's/^left	/left /p' -e 's/^missed	/missed /p' | ops_detail 0
}
ops_all_mounts() {
  ops_files=$(stat -L -c '%i %n' /proc/[0-9]*/ns/mnt 2>/dev/null |
    awk '!seen[$1]++ { sub("ns/mnt$", "mountinfo", $2); print $2 }')
  cat /proc/self/mountinfo $ops_files 2>/dev/null || :
}
ops_block_devices() {
  for ops_block in /sys/class/block/*; do
    ops_block_name=${ops_block##*/}
    case $ops_block_name in ram*|zram*|sr[0-9]*|fd[0-9]*) continue;; esac
    [ -b "/dev/$ops_block_name" ] && read -r ops_block_size <"$ops_block/size" && [ "$ops_block_size" != 0 ] || continue
    set -- "$ops_block"/holders/*
    [ -e "$1" ] || echo "/dev/$ops_block_name"
  done 2>/dev/null
}
# 2: there is nothing on it that blkid knows; other codes: it could not be asked.
ops_filesystem_type() { blkid -p -o value -s TYPE -u filesystem,other,raid,crypto -- "$1" 2>/dev/null; }
# 0 as well where it can be read and has nothing of these days.
ops_kernel_log() {
  ops_log= ops_log_of=
  if command -v journalctl >/dev/null; then
    ops_log=$(journalctl -q --no-pager -o short-unix --since="-$1d" _TRANSPORT=kernel 2>/dev/null |
      sed -n 's/^\([0-9]*\)[^ ]* [^ ]* kernel: /\1 /p')
    [ -z "$ops_log" ] || ops_log_of=journal
  fi
  if [ -z "$ops_log" ]; then
    ops_log=$(dmesg 2>/dev/null) && [ -n "$ops_log" ] || return 1
    ops_log_of=dmesg
    ops_log=$(printf '%s\n' "$ops_log" | awk -v days="$1" '
      FNR == NR { if ($1 == "btime") boot = $2; next }
      FILENAME == "/proc/uptime" { now = boot + int($1); next }
      match($0, /^(<[0-9]+>)?\[ *[0-9]+\.[0-9]+\] /) {
        at = substr($0, 1, RLENGTH); gsub(/^<[0-9]+>|[^0-9.]/, "", at); at = boot + int(at)
        if (at > now - days * 86400) print at " " substr($0, RLENGTH + 1)
      }' /proc/stat /proc/uptime -)
  fi
  [ -z "$ops_log" ] || printf '%s\n' "$ops_log"
}
ops_alive() {
  "$@" 7>&- & ops_child=$!
  ( trap 'kill "$ops_nap"; exit' TERM
  while kill -0 "$ops_child" 2>/dev/null; do sleep 5 & ops_nap=$!; wait "$ops_nap"; echo "ops: still looking" >&7; done ) >/dev/null 2>&1 &
  ops_ticker=$!
  ops_code=0
  wait "$ops_child" || ops_code=$?
  kill "$ops_ticker" 2>/dev/null || :
  wait "$ops_ticker" 2>/dev/null || :
  return "$ops_code"
}
