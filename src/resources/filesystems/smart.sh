# The functions of `filesystem-smart`, as smart.ts describes them.
ops_smart_look() {
  command -v smartctl >/dev/null || { ops_missed "SMART: smartctl is not installed (package smartmontools)"; return 0; }
  ops_self=$(id -u) || return
  [ "$ops_self" = 0 ] || { ops_missed "SMART: only root can ask disks"; return 0; }
  ops_asked=
  ops_disks=$(smartctl --scan 2>/dev/null | sed -n 's/^\(\/dev\/[^ ]*\) -d \([^ ]*\).*/\1 \2/p')
  printf '%s\n' "$ops_disks" | while read -r ops_disk ops_kind; do
    [ -n "$ops_disk" ] || continue
    # A disk that sleeps is not woken: its exit code is 2 then, as that of one that cannot be asked.
    ops_code=0
    ops_alive smartctl -n standby -d "$ops_kind" -H -A -l error -l selftest "$ops_disk" >/dev/null </dev/null 7>&2 || ops_code=$?
    printf 'smart\t%s\t%s\n' "$ops_disk" "$ops_code"
    # smartctl(8), EXIT STATUS: bits 0 to 2 are about asking it.
    case $((ops_code & 7)) in
      0) ops_looked "$ops_disk" ;;
      4) ops_missed "all that SMART knows of $ops_disk: it did not answer some questions" ;;
      *) ops_missed "SMART of $ops_disk: it sleeps, or could not be opened" ;;
    esac
  done
  ops_known=$(printf '%s\n' "$ops_disks" | cut -d ' ' -f 1)
  # What is no disk of its own, such as a loop device, has no device behind it.
  for ops_unseen in /sys/block/*/device; do
    ops_unseen=${ops_unseen%/device} ops_unseen=/dev/${ops_unseen##*/}
    case $ops_unseen in *'*' | /dev/sr[0-9]*) continue ;; esac
    [ -b "$ops_unseen" ] || continue
    ops_asked=1
    case "$ops_newline$ops_known$ops_newline" in *"$ops_newline$ops_unseen$ops_newline"*) continue ;; esac
    # An NVMe disk is asked by its controller.
    case "$ops_newline$ops_known$ops_newline" in *"$ops_newline${ops_unseen%n[0-9]*}$ops_newline"*) continue ;; esac
    ops_missed "SMART of $ops_unseen: smartctl does not find it"
  done
  [ -n "$ops_disks$ops_asked" ] || ops_missed "SMART: there is no disk here that could be asked"
}
