# What systemd reads at boot from folders such as sysctl.d, as look.ts describes it.
# SERVICE: prints `reader=yes`, or `none` where there is no such unit, or `masked`: by a link to /dev/null, or a file that is empty.
ops_boot_reader() {
  ops_boot_said=none
  for ops_boot_unit in /lib /usr/lib /usr/local/lib /run /etc; do
    ops_boot_unit=$ops_boot_unit/systemd/system/$1.service
    [ -e "$ops_boot_unit" ] || continue
    if [ -s "$ops_boot_unit" ]; then ops_boot_said=yes; else ops_boot_said=masked; fi
  done
  echo "reader=$ops_boot_said"
}
# PROGRAM: prints `program=`, and fails where the host has none such.
ops_boot_has() {
  ops_tell_program program "$1"
  command -v "$1" >/dev/null
}
# FILE NAME: of a file of /proc or /sys, prints `now=` what it holds, its lines parted by tabs, or of a choice such as
# `always [madvise] never` the word in brackets; and `cannot=` why NAME cannot be set by it.
ops_boot_tell() {
  if [ ! -f "$1" ]; then echo "cannot=the kernel knows no $2 now: is the name right, and its module loaded?"
  elif ! ops_boot_read "$1" 2>/dev/null; then
    echo "cannot=$2 cannot be read, so nobody could tell whether it is set"
  else
    printf 'now=%s\n' "$ops_boot_is"
    [ -w "$1" ] || echo "cannot=$2 cannot be written here: it is read-only, or belongs to the host of this container"
  fi
}
# FILE: into ops_boot_is.
ops_boot_read() {
  ops_boot_is=$(cat <"$1") && ops_boot_is=$(printf '%s' "$ops_boot_is" | tr '\n' '\t') || return
  case $1:$ops_boot_is in
    /sys/*:*\[*\]*) ops_boot_is=${ops_boot_is#*\[} ops_boot_is=${ops_boot_is%%\]*} ;;
  esac
}
# SENTENCE: what people are told beside the plan, also of what is as wanted. It takes the place of what ops_paths told, so it tells that, too.
ops_boot_note() {
  ! ops_wants_detail || { [ -z "${ops_lack:-}" ] || echo "lack=$ops_lack"; echo "note=$1"; } | ops_detail 0
}
# FOLDER NAME PATTERN: prints `lines=`, the lines that match in the files of FOLDER from the one of this NAME on, in the order that
# they are read; between them a byte 1. Each is `WHEN PATH LINE`, parted by tabs.
ops_boot_lines() {
  # One after the other: a pipe hides that a program in the middle of it has failed.
  ops_boot_list=$(ops_boot_files "$1" | LC_ALL=C sort -s -t '	' -k 1,1) || return
  ops_boot_list=$(printf '%s\n' "$ops_boot_list" | ops_boot_counting "$2") || return
  ops_boot_found=$(printf '%s\n' "$ops_boot_list" | ops_boot_texts | ops_boot_matching "$3") || return
  printf 'lines=%s\n' "$ops_boot_found"
}
# A line each: name and path. A name hides the same one in the folders that come later.
ops_boot_files() {
  for ops_boot_folder in /etc /run /usr/local/lib /usr/lib /lib; do
    for ops_boot_file in "$ops_boot_folder/$1"/*.conf; do
      [ ! -e "$ops_boot_file" ] && [ ! -L "$ops_boot_file" ] || printf '%s\t%s\n' "${ops_boot_file##*/}" "$ops_boot_file"
    done
  done
}
# NAME: of these those that count, with WHEN before the path. What is in /run is gone at boot or made again: `both` counts in either
# case, `with` as long as /run is as it is, `without` once that is empty.
ops_boot_counting() {
  LC_ALL=C awk -F '	' -v from="$1" '
    $1 "" < from { next }
    {
      isRun = $2 ~ /^\/run\//
      with = !($1 in seen); without = !isRun && !($1 in seenWithout)
      seen[$1] = 1
      if (!isRun) seenWithout[$1] = 1
      if (with || without) print (!with ? "without" : without ? "both" : "with") "\t" $2
    }'
}
# Each as a line that begins with a byte 1, and what the file holds. systemd ends a line at a NUL and at a return, too.
ops_boot_texts() {
  while IFS='	' read -r ops_boot_when ops_boot_file; do
    [ -f "$ops_boot_file" ] || continue
    printf '\001%s\t%s\n' "$ops_boot_when" "$ops_boot_file"
    { tr '\0\r' '\n\n' <"$ops_boot_file" && echo; } || printf '\002\n'
  done
}
ops_boot_matching() {
  LC_ALL=C awk -v pattern="$1" '
    /^\002/ { exit 1 }
    /^\001/ { place = substr($0, 2); next }
    $0 ~ pattern { printf "%s%s\t%s", between, place, $0; between = "\001" }'
}
