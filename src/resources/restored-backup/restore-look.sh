# The functions of `restore-look`, as look.ts describes them.
ops_tab=$(printf '\t')
ops_restore_look() {
  ops_said=$(ops_generations_open "$1") || return 1
  if [ -n "$ops_said" ]; then printf '%s\n' "$ops_said"; return 0; fi
  ops_generations_open "$1"
  { ops_list=$(ops_alive ops_generations "$2") || return 1; } 7>&2
  if [ -z "$2" ]; then
    ! ops_wants_detail || printf '%s\n' "$ops_list" | ops_detail 0
    echo listed
    return 0
  fi
  ops_gen=$(printf '%s\n' "$ops_list" | ops_generation_choose "$3")
  if [ -z "$ops_gen" ]; then
    if [ -z "$ops_list" ]; then printf 'refused\tno generation in %s holds %s\n' "$1" "$2"
    elif [ -n "$3" ]; then printf 'refused\tno generation that begins with %s holds %s: leave the path out to see all\n' "$3" "$2"
    else printf 'refused\tevery copy of %s is suspicious: choose one by its name, or say newest\n' "$2"
    fi
    ! ops_wants_detail || printf '%s\n' "$ops_list" | ops_detail 0
    return 0
  fi
  printf 'chosen\t%s\n' "$ops_gen"
  ops_unmounted=$(ops_restore_unmounted "${4:-${2%/*}}/${2##*/}") || return 1
  if [ -n "$ops_unmounted" ]; then
    printf 'refused\t%s has a disk of its own in /etc/fstab, which is not mounted: mount it first, or choose another folder with --into\n' "$ops_unmounted"
    return 0
  fi
  { ops_told=$(ops_alive ops_rw_start "$ops_gen" "$2" "$4") || return 1; } 7>&2
  printf '%s\n' "$ops_told" | grep "^refused$ops_tab"
  ops_counts=$(printf '%s\n' "$ops_told" | awk -F '\t' '$1 != "" && $1 != "beside" && $1 != "refused" { n[$1]++ } END { for (kind in n) print "count\t" kind "\t" n[kind] }') &&
    ops_counts=$(printf '%s\n' "$ops_counts" | sort) || return
  [ -z "$ops_counts" ] || printf '%s\n' "$ops_counts"
  printf '%s\n' "$ops_told" | grep -v "^beside$ops_tab" | sha256sum | sed 's/ .*//; s/^/hash	/'
  ! ops_wants_detail || {
    printf '%s\n' "chosen$ops_tab$ops_gen" "$ops_list"
    printf '%s\n' "$ops_told" | awk -F '\t' '$1 == "beside" { beside++; next } $1 != "" && $1 != "refused" && ++n[$1] <= 20 { print "entry\t" $1 "\t" $2 }
      END { for (kind in n) if (n[kind] > 20) print "more\t" kind "\t" n[kind] - 20; if (beside) print "beside\t" beside }'
  } | ops_detail 0
}
# PATH: the first file system of /etc/fstab at, above or below it that is not mounted: what is brought there would fill another disk.
ops_restore_unmounted() {
  [ -r /etc/fstab ] || return 0
  OPS_A=$1 awk '
    BEGIN { path = ENVIRON["OPS_A"]; gsub(/\\/, "\\134", path); gsub(/ /, "\\040", path); path = path "/" }
    FILENAME == "/proc/self/mountinfo" { mounted[$5] = 1; next }
    /^[ \t]*#/ || $2 !~ "^/." || $3 == "swap" || $4 ~ /(^|,)noauto(,|$)/ || ($2 in mounted) { next }
    index(path, $2 "/") == 1 || index($2 "/", path) == 1 { print $2; exit }' /proc/self/mountinfo /etc/fstab
}
# In looks, what differs is told; in an apply it is done.
ops_rw_do() { if [ -n "${ops_bringing:-}" ]; then ops_bring_do "$@"; else ops_rw_tell "$@"; fi; }
# Names only as far as they can be shown.
ops_rw_tell() {
  ops_kind=$1 ops_tell_folder=$3
  case $1 in changed | newer) ops_tell_found=$ops_ident ;; *) ops_tell_found= ;; esac
  shift 3
  for ops_tell_name; do
    ops_tell_bare=$ops_tell_name ops_tell_name=$ops_tell_folder${ops_tell_name:+/$ops_tell_name}
    case $ops_tell_name$ops_tell_found in *[[:cntrl:]]*)
      ops_tell_name=$(printf %s "$ops_tell_name" | tr '\001-\037\177' '?') ops_tell_found=$(printf %s "$ops_tell_found" | tr '\001-\037\177' '?') ;;
    esac
    printf '%s\t%s\t%s\n' "$ops_kind" "$ops_tell_name" "$ops_tell_found"
    case $ops_kind in changed | newer | attributes)
      [ "$(stat -c %h -- "./$ops_tell_bare" 2>/dev/null)" -le 1 ] || printf 'linked\t%s\t\n' "$ops_tell_name" ;;
    esac
  done
}
ops_rw_refuse() {
  [ -n "${ops_bringing:-}" ] || { printf 'refused\t%s\n' "$1"; return 0; }
  printf 'ops: %s; nothing was changed\n' "$1" >&2
  return 98
}
ops_rw_beside() {
  [ -z "${ops_bringing:-}" ] && ops_wants_detail || return 0
  for ops_beside in ./* ./.[!.]* ./..?*; do
    [ -e "$1/$ops_beside" ] || [ -L "$1/$ops_beside" ] || { [ ! -e "$ops_beside" ] && [ ! -L "$ops_beside" ]; } || printf 'beside\t\n'
  done
}
