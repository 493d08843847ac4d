# The functions of `whole-files-look`, as look.ts describes them.
ops_whole() {
  ops_tab=$(printf '\t')
  if [ ! -e "$1" ]; then
    ops_reach "$1" || return 1
    echo missing; return 0
  fi
  # Markers that are meant to be empty are no finding.
  ops_list=$(cd / && find "$1" -xdev -type f ! -name .gitkeep ! -name .keep ! -name .placeholder ! -name __init__.py ! -name '*.lock' -exec stat -c '%s %Y %n' {} + 2>&1 |
    OPS_ROOT=$1 awk "$ops_is_dump"'
      BEGIN { root = ENVIRON["OPS_ROOT"]; n = length(root) }
      !/^[0-9]+ [0-9]+ \// { if ($0 ~ /^(find|stat): /) { gsub(/\t/, " "); print "unreadable\t" $0 } next }
      {
        seen++; size = $1; at = $2
        name = substr($0, length(size) + length(at) + 3); name = substr(name, n + 1); sub("^/", "", name); gsub(/\t/, " ", name)
        if (size == 0) print "empty\t" at "\t" name
        else if (is_dump(name)) print "dump\t" size "\t" at "\t" name
      }
      END { if (!seen) print "hollow"; print "#" seen + 0 }')
  ops_looked "${ops_list##*#} files"
  ops_list=${ops_list%#*}
  OPS_ROOT=$1 awk '
    BEGIN { root = ENVIRON["OPS_ROOT"]; sub("/$", "", root); root = root "/" }
    index($5, root) == 1 && !seen[$5]++ { print $5 }' /proc/self/mountinfo 2>/dev/null |
    while IFS= read -r ops_record; do ops_left "$ops_record, another file system"; done
  # A dump that is being written is small for a good reason.
  ops_open=$(ls -l /proc/[0-9]*/fd 2>/dev/null | sed -n 's/.* -> \(\/.*\)/\1/p' | sort -u)
  printf '%s\n' "$ops_list" | OPS_OPEN=$ops_open OPS_ROOT=$1 awk -F '\t' '
    BEGIN { n = split(ENVIRON["OPS_OPEN"], list, "\n"); for (i = 1; i <= n; i++) open[list[i]] = 1; root = ENVIRON["OPS_ROOT"]; sub("/$", "", root) }
    $1 == "dump" { path = $4 == "" ? root : root "/" $4; print $1 "\t" $2 "\t" $3 "\t" (path in open ? "open" : "closed") "\t" $4; next }
    $0 != "" { print }' | sort | while IFS= read -r ops_record; do
    printf '%s\n' "$ops_record"
    case $ops_record in dump"$ops_tab"*"$ops_tab"closed"$ops_tab"*) ;; *) continue ;; esac
    ops_record_rest=${ops_record#*"$ops_tab"}
    [ "${ops_record_rest%%"$ops_tab"*}" -le "$ops_hollow_bytes" ] || continue
    ops_record_rest=${ops_record_rest#*"$ops_tab"} ops_record_file=${ops_record##*"$ops_tab"}
    ops_nothing_in=$(ops_hollow "$1${ops_record_file:+/$ops_record_file}")
    [ -n "$ops_nothing_in" ] || { ops_nothing_in=$(ops_packer "$1${ops_record_file:+/$ops_record_file}"); [ -z "$ops_nothing_in" ] || ops_missed "what is in $ops_record_file: the program $ops_nothing_in is not installed"; continue; }
    [ -z "$ops_nothing_in" ] || printf 'nothing\t%s\t%s\t%s\n' "${ops_record_rest%%"$ops_tab"*}" "$ops_record_file" "$ops_nothing_in"
  done
}
