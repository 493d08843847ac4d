# The functions of `backup-change`, as change.ts describes them.
ops_backup() (
  set +e
  ops_to=$1 ops_keep=$2 ops_shrink=$3 ops_may=$4 ops_flags=$5 ops_count=$6
  shift 6
  umask 077
  ops_said=$(ops_sure "$ops_to" || echo "${ops_why:-it cannot be looked at}")
  [ -z "$ops_said" ] || ops_backup_fail "$ops_said"
  mkdir -p -- "$ops_to" || ops_backup_fail "$ops_to cannot be made"
  ops_backup_generations "$@" || ops_backup_fail "its copies cannot be told apart"
  ops_begun=$(date +%s)
  ops_known=$(ops_wants_detail() { false; }; ops_backup_judge "${ops_newest:+$ops_to/$ops_newest}" "$@")
  case $ops_known in
    *refused"$ops_tab"*) ops_backup_fail "the source has changed since it was looked at; run the same command again: $ops_known";;
    *copy"$ops_tab"current*) ;;
    *copy"$ops_tab"*) ops_backup_copy "$@" || exit 1;;
    *) ops_backup_fail "the source could not be judged, so nothing was copied: $ops_known";;
  esac
  ops_backup_prune "$@"
)
ops_backup_copy() {
  ops_work=$ops_to/.incomplete-$OPS_NONCE
  mkdir -- "$ops_work" || ops_backup_fail "$ops_work cannot be made"
  ops_backup_links "$@"
  # What a run that was cut off has copied already is linked, not copied again.
  for ops_earlier in "$ops_to"/.incomplete-*; do
    [ "$ops_earlier" = "$ops_work" ] || [ ! -d "$ops_earlier" ] || set -- "--link-dest=$ops_earlier" "$@"
  done
  for ops_earlier in $ops_linked; do set -- "--link-dest=$ops_to/$ops_earlier" "$@"; done
  ops_code=0
  ops_told=$(rsync "$@" "$ops_work/" 2>&1) || ops_code=$?
  while case $1 in --link-dest=*) true;; *) false;; esac; do shift; done
  case $ops_code in 0|24) ;; *) ops_backup_undo "rsync ended with exit code $ops_code: $(printf '%s\n' "$ops_told" | sed -n '/^rsync: /{p;q;}')";; esac
  if [ -n "$ops_linked" ]; then
    # The copy is judged like a source: it may have been emptied while it was read.
    ops_judged_again=$(ops_wants_detail() { false; }; ops_backup_judge "${ops_newest:+$ops_to/$ops_newest}" "$@")
    case $ops_judged_again in
      *refused"$ops_tab"*) ops_backup_undo "the source has changed while it was copied: $ops_judged_again";;
      *copy"$ops_tab"*) ;;
      *) ops_backup_undo "the source could not be judged: $ops_judged_again";;
    esac
  fi
  ops_backup_compare "$@"
  printf '%s\n' "$ops_list" >"$ops_work/.ops-paths" || ops_backup_undo "the list of its paths cannot be written"
  sync -f "$ops_work" 2>/dev/null || sync
  ops_name=$(date -u +%Y-%m-%dT%H%M%SZ)
  if [ -e "$ops_to/$ops_name" ]; then sleep 1; ops_name=$(date -u +%Y-%m-%dT%H%M%SZ); fi
  case $(printf '%s\n' "$ops_name" "$ops_newest" | sort | tail -n 1) in "$ops_newest") ops_backup_undo "the clock of this host ($ops_name) stands before the newest copy ($ops_newest): set it right";; esac
  mv -T -- "$ops_work" "$ops_to/$ops_name" || ops_backup_undo "the copy cannot be named $ops_name"
  sync -f "$ops_to" 2>/dev/null || sync
  [ -z "$OPS_DIR" ] || true >"$OPS_DIR/backup-$ops_name"
  echo "made $ops_to/$ops_name"
}
# Generations whose files are linked where they are the same: the newest of this backup last, as rsync is told it first.
ops_backup_links() {
  shift "$ops_count"
  ops_linked=
  for ops_source; do
    ops_backup_holder "$ops_source" && [ "${ops_holder##*/}" != "$ops_newest" ] || continue
    case " $ops_linked " in *" ${ops_holder##*/} "*) ;; *) ops_linked="$ops_linked ${ops_holder##*/}" ;; esac
  done
  # rsync takes at most 20.
  set -- $ops_linked
  while [ $# -gt 8 ]; do shift; done
  ops_linked="$*${ops_newest:+ $ops_newest}"
}
# Whatever differs from the source now must have changed since the copy was begun.
ops_backup_compare() {
  ops_told=$(rsync -n -i -O -8 --out-format='%i %n' "$@" "$ops_work/" 2>&1) || [ $? = 24 ] || ops_backup_undo "the copy cannot be compared with its source: $(printf '%s\n' "$ops_told" | sed -n '/^rsync: /{p;q;}')"
  ops_moved=$(printf '%s\n' "$ops_told" | sed -n 's/^[<>]f[^ ]* //p' | while IFS= read -r ops_differing; do
    ops_changed_at=$(stat -c %Z -- "$ops_differing" 2>/dev/null) || continue
    [ "$ops_changed_at" -ge "$ops_begun" ] || { printf '%s\n' "$ops_differing"; break; }
  done)
  [ -z "$ops_moved" ] || ops_backup_undo "the copy differs from its source, which has not changed meanwhile: $ops_moved"
}
ops_backup_prune() {
  ops_backup_generations "$@" || ops_backup_fail "its copies cannot be told apart"
  for ops_outdated in $ops_own; do
    [ "$ops_total" -gt "$ops_keep" ] || break
    ops_last_keep "$ops_outdated" || ops_backup_fail "what only $ops_outdated holds cannot be kept, so it stays whole"
    ops_outdated=$ops_to/$ops_outdated
    # One that is deleted half-way must not look like a whole one.
    mv -T -- "$ops_outdated" "$ops_to/.incomplete-old-${ops_outdated##*/}" || ops_backup_fail "$ops_outdated cannot be taken away"
    ops_total=$((ops_total - 1))
    echo "took away $ops_outdated"
  done
  ops_backup_generations "$@" || ops_backup_fail "its copies cannot be told apart"
  for ops_outdated in $ops_lasts; do
    ops_precedes=1
    [ -z "$ops_before" ] || { ops_backup_precedes "$ops_outdated" "$ops_before"; ops_precedes=$?; }
    [ "$ops_precedes" -lt 2 ] || ops_backup_fail "nobody can tell how old $ops_to/$ops_outdated is"
    if [ "$ops_precedes" = 0 ]; then
      mv -T -- "$ops_to/$ops_outdated" "$ops_to/.incomplete-old-$ops_outdated" || ops_backup_fail "$ops_to/$ops_outdated cannot be taken away"
      echo "took away $ops_to/$ops_outdated"
    else ops_last_drop "$ops_outdated" || ops_backup_fail "$ops_to/$ops_outdated cannot be looked through"
    fi
  done
  for ops_outdated in "$ops_to"/.incomplete-*; do
    [ ! -d "$ops_outdated" ] || rm -rf -- "$ops_outdated" || ops_backup_fail "$ops_outdated cannot be removed"
  done
}
ops_backup_undo() { rm -rf -- "$ops_work"; ops_backup_fail "$1"; }
ops_backup_fail() {
  echo "ops: $ops_to: $1; the copies that were there are as they were" >&2
  exit 1
}
