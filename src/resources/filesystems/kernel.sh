# The functions of `filesystem-kernel`, as kernel.ts describes them.
ops_kernel_look() {
  # Its variables, too, tell what was read.
  ops_kernel_log "$1" >/dev/null || { ops_missed "the kernel's log: neither the journal nor dmesg can be read here"; return 0; }
  ops_kernel_line=${ops_log%% *}
  if [ -n "$ops_log" ]; then ops_looked "the kernel's log from $(date -u -d "@$ops_kernel_line" '+%Y-%m-%d %H:%M' 2>/dev/null || echo "$ops_kernel_line") UTC on ($ops_log_of)"
  else ops_looked "the kernel's log, which has nothing of these days ($ops_log_of)"
  fi
  printf '%s\n' "$ops_log" | awk '
    function note(name, kind) {
      sub(/^device /, "", name); gsub(/[^a-zA-Z0-9_\/-].*$/, "", name)
      if (name == "") return
      key = name "\t" kind
      if (!count[key]) { first[key] = at; text = $0; sub(/^[0-9]+ /, "", text); gsub(/\t/, " ", text); sample[key] = text }
      count[key]++; last[key] = at
    }
    function after(mark) { return match($0, mark) ? substr($0, RSTART + RLENGTH) : "" }
    { at = $1 }
    # A loop device is bound anew: what was said before was about another file.
    /^[0-9]+ loop[0-9]+: detected capacity change from 0 to / {
      name = $2; sub(":", "", name)
      for (key in count) if (index(key, name "\t") == 1) delete count[key]
      next
    }
    /(I\/O|critical (medium|target|space allocation)) error,? dev / { note(after("error,? dev "), "disk"); next }
    /Buffer I\/O error on dev(ice)? / { note(after("Buffer I/O error on dev(ice)? "), "disk"); next }
    / ata[0-9.]+: (failed command|exception Emask|.*UNC)/ { note(after("^[0-9]+ "), "disk"); next }
    / nvme[0-9]+: .*(I\/O.*timeout|controller is down|Device not ready)/ || /nvme nvme[0-9]+: .*(timeout|controller is down|not ready)/ { note(after("nvme (nvme)?"), "disk"); next }
    /EXT[234]-fs (error|warning)? ?\(device [^)]*\): .*([Ee]rror|corrupt|invalid|bad )/ || /EXT[234]-fs error \(device / || /Aborting journal on device / {
      name = /Aborting/ ? after("on device ") : after("\\(device ")
      if (/Aborting/) sub(/-[0-9]+[. ]*$/, "", name)
      note(name, "filesystem"); next
    }
    /EXT[234]-fs \([^)]*\): (Remounting filesystem read-only|error)/ { note(after("EXT[234]-fs \\("), "filesystem"); next }
    /XFS \([^)]*\): .*([Cc]orruption|metadata errors|Internal error|[Mm]etadata I\/O [Ee]rror|[Ll]og I\/O [Ee]rror|[Ss]hut(ting)? ?down|bad CRC|[Pp]lease (umount|unmount))/ { note(after("XFS \\("), "filesystem"); next }
    /BTRFS (error|critical|warning)?.*\(device [^)]*\).*(csum failed|checksum|corrupt|[Ee]rror|failed|forced readonly)/ { note(after("\\(device "), "filesystem"); next }
    END { for (key in count) print "kernel\t" key "\t" count[key] "\t" first[key] "\t" last[key] "\t" substr(sample[key], 1, 160) }' | sort |
  while IFS= read -r ops_kernel_line; do
    ops_kernel_block=${ops_kernel_line#*"$ops_tab"} ops_kernel_block=${ops_kernel_block%%"$ops_tab"*}
    # A loop device that is bound to nothing any more says nothing about a disk.
    case $ops_kernel_block in loop*) [ -e "/sys/class/block/$ops_kernel_block/loop/backing_file" ] || continue;; esac
    printf '%s\n' "$ops_kernel_line"
  done
}
