# The functions of `backup-look`, as look.ts describes them.
# [RSYNC-OPTION...] PATH...: what lies below TO. Backups of other paths may share it: each keeps its own, which have the
# list of these very paths in them.
ops_backup_generations() {
  shift "$ops_count"
  ops_list=$(printf '%s\n' "$@" | sort) || return 1
  ops_newest= ops_total=0 ops_others=0 ops_own= ops_left=0 ops_lasts= ops_stale=0
  for ops_generation in "$ops_to"/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z; do
    [ -d "$ops_generation" ] && [ ! -L "$ops_generation" ] || continue
    ops_backup_paths "$ops_generation" || return 1
    if [ "$ops_paths_of" != "$ops_list" ]; then ops_others=$((ops_others + 1)); continue; fi
    ops_newest=${ops_generation##*/} ops_own="$ops_own ${ops_generation##*/}" ops_total=$((ops_total + 1))
  done
  for ops_generation in "$ops_to"/.incomplete-*; do [ ! -d "$ops_generation" ] || ops_left=$((ops_left + 1)); done
  case $ops_flags in *f*) ops_before=$(date -u -d "-${ops_flags##*f} days" +%Y-%m-%dT%H%M%SZ) || return 1 ;; *) ops_before= ;; esac
  for ops_generation in "$ops_to"/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z.last; do
    [ -d "$ops_generation" ] && [ ! -L "$ops_generation" ] && ops_backup_paths "$ops_generation" || continue
    [ "$ops_paths_of" = "$ops_list" ] || continue
    ops_lasts="$ops_lasts ${ops_generation##*/}"
    [ -n "$ops_before" ] || continue
    ops_backup_precedes "${ops_generation##*/}" "$ops_before"
    case $? in 0) ops_stale=$((ops_stale + 1));; 1) ;; *) return 1;; esac
  done
}
# GENERATION: sets ops_paths_of to the list of paths in it; empty where it has none.
ops_backup_paths() {
  ops_paths_of=
  [ ! -f "$1/.ops-paths" ] || ops_paths_of=$(cat -- "$1/.ops-paths")
}
# NAME TIME: 0 where the one of that name was made before, 1 where not; else nobody can tell.
ops_backup_precedes() { expr "x$1" '<' "x$2" >/dev/null; }
ops_backup_look() {
  ops_to=$1 ops_keep=$2 ops_shrink=$3 ops_may=$4 ops_flags=$5 ops_count=$6
  shift 6
  if [ ! -d "$ops_to" ] && { [ -e "$ops_to" ] || [ -L "$ops_to" ]; }; then
    printf 'generations\t0\tnone\nsurplus\t0\nleftovers\t0\nstale\t0\ncopy\tnone\nrefused\toccupied\t%s\t\n' "$ops_to"
    return 0
  fi
  [ -d "$ops_to" ] || ops_reach "$ops_to" || return 1
  if [ -d "$ops_to" ] && ! ls -- "$ops_to" >/dev/null 2>&1; then echo "ops: $ops_to: not allowed to look into it" >&2; return 1; fi
  ops_said=$(ops_sure "$ops_to" || echo "${ops_why:-it cannot be looked at}")
  [ -z "$ops_said" ] || printf 'refused\ttheirs\t%s\t%s\n' "$ops_to" "$ops_said"
  ops_backup_generations "$@" || return 1
  ops_surplus=$((ops_total - ops_keep))
  [ "$ops_surplus" -gt 0 ] || ops_surplus=0
  printf 'generations\t%s\t%s\nsurplus\t%s\nleftovers\t%s\nstale\t%s\n' "$ops_total" "${ops_newest:-none}" "$ops_surplus" "$ops_left" "$ops_stale"
  case $ops_flags in *m*) ops_backup_mounted "$ops_to";; esac
  command -v rsync >/dev/null || { printf 'copy\tunknown\n'; return 0; }
  if [ -n "$OPS_DIR" ] && [ -n "$ops_newest" ] && [ -e "$OPS_DIR/backup-$ops_newest" ]; then
    # Made and compared by this very run: what has changed since belongs to the next generation.
    printf 'copy\tcurrent\n'
    return 0
  fi
  ops_backup_judge "${ops_newest:+$ops_to/$ops_newest}" "$@"
}
# PATH: sets ops_holder to the newest generation that holds all of it, by whichever backup it was made.
ops_backup_holder() {
  ops_holder=
  for ops_candidate in "$ops_to"/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z; do
    [ ! -L "$ops_candidate" ] && [ -f "$ops_candidate/.ops-paths" ] && [ -e "$ops_candidate$1" ] || continue
    while IFS= read -r ops_held_path; do
      case $1/ in "$ops_held_path"/*) ops_holder=$ops_candidate ;; esac
    done <"$ops_candidate/.ops-paths"
  done
  [ -n "$ops_holder" ]
}
ops_backup_mounted() {
  ops_mount_above=$1
  while [ ! -d "$ops_mount_above" ]; do ops_mount_above=${ops_mount_above%/*}; ops_mount_above=${ops_mount_above:-/}; done
  [ "$(stat -c %d -- "$ops_mount_above")" != "$(stat -c %d /)" ] || printf 'refused\tunmounted\t%s\t\n' "$1"
}
# Source against a copy (empty: none): both lists, with sizes, then the verdict.
ops_backup_judge() {
  ops_copy=$1 ops_tab=$(printf '\t')
  shift
  ops_options_left=$ops_count ops_paths= ops_bad=
  for ops_source; do
    if [ "$ops_options_left" -gt 0 ]; then ops_options_left=$((ops_options_left - 1)); continue; fi
    if [ -L "$ops_source" ]; then printf 'refused\tlink\t%s\t%s\n' "$ops_source" "$(readlink -- "$ops_source")"; ops_bad=1
    elif ops_said=$(ops_tread h "$ops_source" || printf %s "$ops_why") && [ -n "$ops_said" ]; then printf 'refused\tled\t%s\t%s\n' "$ops_source" "$ops_said"; ops_bad=1
    elif [ ! -e "$ops_source" ]; then printf 'refused\tmissing\t%s\t\n' "$ops_source"; ops_bad=1
    else
      case $(readlink -f -- "$ops_to")/ in "$(readlink -f -- "$ops_source")"/*) printf 'refused\tinside\t%s\t\n' "$ops_source"; ops_bad=1;; esac
    fi
    ops_paths="$ops_paths$ops_source$ops_newline"
  done
  if [ -n "$ops_bad" ]; then printf 'copy\t%s\n' "$([ -n "$ops_copy" ] && echo outdated || echo none)"; return 0; fi
  {
    echo '#source'
    ops_alive rsync -n -ii -O --delete -8 --out-format='%i %l %n' "$@" "${ops_copy:-/.ops-nothing}/" 7>&2 2>&1 || echo "#code $?"
    echo '#copy'
    ops_options_left=$ops_count
    for ops_source; do
      shift
      if [ "$ops_options_left" -gt 0 ]; then ops_options_left=$((ops_options_left - 1)); set -- "$@" "$ops_source"
      elif ops_backup_holder "$ops_source"; then set -- "$@" "$ops_holder/.$ops_source"; ops_options_left=-1
      fi
    done
    [ "$ops_options_left" != -1 ] || ops_alive rsync -n -ii -O -8 --out-format='%i %l %n' "$@" /.ops-nothing/ 7>&2 2>&1 || echo "#code $?"
  } </dev/null | OPS_PATHS=$ops_paths OPS_MAY=$ops_may awk -v shrink="$ops_shrink" -v accept="$ops_flags" -v copy="$ops_copy" -v hollow_bytes="$ops_hollow_bytes" "$ops_backup_judging" | { ops_detail_line= ; while IFS= read -r ops_source; do
      case $ops_source in
      '#small'*)
        ops_after_mark=${ops_source#*"$ops_tab"} ops_hollow_why=$(ops_hollow "${ops_source##*"$ops_tab"}")
        [ -z "$ops_hollow_why" ] || printf 'refused\thollow\t%s\t%s\n' "${ops_after_mark%%"$ops_tab"*}" "${ops_source##*"$ops_tab"}: $ops_hollow_why" ;;
      '#'*) ops_detail_line=${ops_source#?};; *) printf '%s\n' "$ops_source";; esac
    done; if ops_wants_detail; then set -- $ops_lasts; printf '%s\n' "$ops_detail_line $ops_others $#" | ops_detail 0; fi; }
}
