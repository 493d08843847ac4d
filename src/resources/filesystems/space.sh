# The functions of `filesystem-space`, as space.ts describes them.
ops_space_look() {
  ops_types=$(awk '{ for (i = 7; i < NF && $i != "-"; i++) ; print $(i + 1) }' /proc/self/mountinfo | sort -u)
  ops_space_limit=$1 ops_inode_limit=$2
  shift 2
  ops_except=$(printf '%s\n' "$@")
  set --
  for ops_type in $ops_types; do
    case $ops_type in ext[234]|xfs|btrfs|bcachefs|f2fs|jfs|reiserfs|nilfs2|vfat|exfat|ntfs3|fuseblk|zfs|tmpfs|overlay) set -- "$@" -t "$ops_type";; esac
  done
  [ $# -gt 0 ] || return 0
  # df goes on with the others where it may not ask one.
  ops_said=$({ df -P -k "$@" 2>&1 >&3 3>&- | sed 's/^df: //'; } 3>/dev/null)
  ops_table=$(df -P -k "$@" 2>/dev/null) || [ -n "$ops_said" ] || ops_said='space: df fails'
  printf '%s\n' "$ops_table" | ops_above space "$ops_space_limit"
  df -P -i "$@" 2>/dev/null | ops_above inodes "$ops_inode_limit"
  [ -z "$ops_said" ] || printf '%s\n' "$ops_said" | tr '\t' ' ' | while IFS= read -r ops_space_limit; do ops_missed "$ops_space_limit"; done
  printf '%s\n' "$ops_table" | OPS_EXCEPT=$ops_except awk '
    BEGIN { n = split(ENVIRON["OPS_EXCEPT"], list, "\n"); for (i = 1; i <= n; i++) except[list[i]] = 1 }
    NR > 1 {
      target = $6; for (i = 7; i <= NF; i++) target = target " " $i
      if (!(target in except) && target !~ "^/(sys|dev|proc|run/credentials)(/|$)" && !seen[target]++) print target
    }' | while IFS= read -r ops_space_limit; do ops_looked "$ops_space_limit"; done
}
# One that is seen at many places is told once, at the shortest.
ops_above() {
  OPS_EXCEPT=$ops_except awk -v what="$1" -v limit="$2" '
    BEGIN { n = split(ENVIRON["OPS_EXCEPT"], list, "\n"); for (i = 1; i <= n; i++) except[list[i]] = 1 }
    NR > 1 && $5 ~ /^[0-9]+%$/ && $2 > 0 && $5 + 0 >= limit {
      target = $6; for (i = 7; i <= NF; i++) target = target " " $i
      if (target in except || target ~ "^/(sys|dev|proc)(/|$)") next
      key = $1 ~ "^/" ? $1 : $1 target
      if (!(key in at) || length(target) < length(at[key])) { at[key] = target; line[key] = what "\t" ($5 + 0) "\t" $4 "\t" $1 "\t" target }
    }
    END { for (key in line) print "full\t" line[key] }' | sort
}
