# Watches over a private control master: `sh -c TEXT sh DIRECTORY ARGUMENT-OF-SSH...`, as openssh-master.ts describes it.
directory=$1; shift
[ -d "$directory" ] || mkdir -m 0700 -- "$directory" || exit 255
exec 3<&0
ssh "$@" </dev/null 3<&- & master=$!
( exec >/dev/null 2>&1; while read -r line <&3; do :; done; kill "$master"; sleep 2; kill -KILL "$master" ) & watcher=$!
exec 3<&-
trap '' HUP INT TERM PIPE
while kill -0 "$master" 2>/dev/null; do wait "$master"; status=$?; done
kill -KILL "$watcher" 2>/dev/null
early=; [ -S "$directory/m" ] || [ "${status:-0}" -le 128 ] || early=yes
rm -rf -- "$directory"
kill -TERM 0
[ -z "$early" ] || { sleep 0.2 2>/dev/null || sleep 1; kill -KILL 0; }
exit "${status:-255}"
