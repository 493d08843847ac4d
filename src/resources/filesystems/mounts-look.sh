# The functions of `mounts-look`, as mounts-look.ts describes them.
ops_mounts_look() {
  if [ -f /etc/fstab ] && [ ! -r /etc/fstab ]; then echo "ops: /etc/fstab: not allowed to read it" >&2; return 1; fi
  # As libmount reads it: a line needs three fields, the fifth and the sixth are numbers, and # begins a comment at its start alone.
  ops_fstab=$([ ! -f /etc/fstab ] || awk '
    /^[ \t]*(#|$)/ { next }
    NF < 3 || (NF > 4 && $5 !~ /^[-+]?[0-9]+$/) || (NF > 5 && $6 !~ /^[-+]?[0-9]+$/) { gsub(/\t/, " "); print "#" NR "\t" $0; next }
    { gsub(/"/, "", $1); print $1, $2, $3, (NF > 3 ? $4 : "defaults") }' /etc/fstab) || return 1
  printf '%s\n' "$ops_fstab" | sed -n 's/^#/unparsed	/p'
  ops_fstab=$(printf '%s\n' "$ops_fstab" | sed '/^#/d')
  if [ -f /etc/fstab ]; then ops_looked "$(printf '%s\n' "$ops_fstab" | grep -c .) entries of /etc/fstab"
  else ops_looked "what is mounted; there is no /etc/fstab"
  fi
  printf '%s\n' "$ops_fstab" | while read -r ops_spec ops_target ops_type ops_options; do
    [ -n "$ops_spec" ] || continue
    ops_resolve "$ops_spec" "$ops_type" "$ops_options"
    printf 'fstab\t%s\t%s\t%s\t%s\t%s\t%s\n' "$ops_spec" "$ops_target" "$ops_type" "$ops_options" "$ops_device" "$ops_number"
  done
  awk 'NR > 1 { print "swap\t" $1 }' /proc/swaps 2>/dev/null
  ops_targets=$(printf '%s\n' "$ops_fstab" | cut -d ' ' -f 2)
  ops_wanted=$(OPS_TARGETS="$ops_targets" awk '
    BEGIN { n = split(ENVIRON["OPS_TARGETS"], list, "\n"); for (i = 1; i <= n; i++) want[list[i]] = 1 }
    {
      for (i = 7; i < NF && $i != "-"; i++) ;
      fell = $(i + 2) ~ "^/dev/" && $6 ~ /^rw/ && $(i + 3) ~ /(^|,)(ro|emergency_ro|shutdown)(,|$)/
      if (fell || $5 in want) print "mount\t" $3 "\t" $4 "\t" $5 "\t" $6 "\t" $(i + 1) "\t" $(i + 2) "\t" $(i + 3)
    }' /proc/self/mountinfo) || return 1
  [ -n "$ops_wanted" ] || return 0
  printf '%s\n' "$ops_wanted"
  # A file system that the kernel has shut down is still mounted, and answers nothing.
  ops_except=$(printf '%s\n' "$@")
  printf '%s\n' "$ops_wanted" | while IFS=$ops_tab read -r ops_point ops_point ops_point ops_target ops_options ops_type ops_point ops_super; do
    case $ops_type in ext[234]|xfs|btrfs|f2fs|vfat) ;; *) continue;; esac
    ops_point=$(printf %b "$(printf %s "$ops_target" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')")
    case "$ops_newline$ops_except$ops_newline" in *"$ops_newline$ops_point$ops_newline"*) continue;; esac
    ls -- "$ops_point" >/dev/null 2>&1 || printf 'dead\t%s\n' "$ops_target"
  done
  case $ops_wanted in *"$ops_tab"ro,*|*"$ops_tab"ro|*emergency_ro*) ;; *) return 0;; esac
  ops_kernel_log 3650 2>/dev/null | awk '
    /Remounting filesystem read-only|forced readonly|switching to read-only/ {
      if (match($0, /\(([a-z]+ )?[a-zA-Z0-9_-]+\)|\(device [^) ]+/)) {
        name = substr($0, RSTART + 1, RLENGTH - 1); sub(/^device /, "", name); sub(/[): ].*$/, "", name); at[name] = $1
      }
    }
    END { for (name in at) print "fellback\t/dev/" name "\t" at[name] }' | sort
  return 0
}
# Where a spec of fstab leads: sets ops_device and ops_number.
ops_resolve() {
  ops_device=- ops_number=-
  case $1 in
    UUID=*|LABEL=*|PARTUUID=*|PARTLABEL=*|ID=*) ops_device=$(BLKID_FILE=/dev/null findfs "$1" 2>/dev/null) || ops_device=;;
    /dev/*) ops_device=$1;;
    /*) case $2,$3 in none,*bind*|*,bind*|*,rbind*|swap,*|*,*loop*) [ -e "$1" ] || ops_device=;; esac; return 0;;
    *) return 0;;
  esac
  ops_number=
  [ -b "$ops_device" ] || { ops_device=; return 0; }
  ops_device=$(readlink -f -- "$ops_device") || return 0
  read -r ops_number <"/sys/class/block/${ops_device##*/}/dev" 2>/dev/null || ops_number=
}
