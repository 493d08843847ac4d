# A setting of the kernel, as it runs and as the files of sysctl.d(5) set it at boot.
# What a file holds, on one line.
ops_sysctl_text() {
  { ops_sysctl_text=$(head -c 4096 <"$1" && echo .); } 2>/dev/null && printf '%s' "${ops_sysctl_text%.}" | tr '\n' '\t'
}
# WAY FILE: prints of FILE what ops_paths says and `line=` what it holds (several lines joined by tabs); `known=yes|no|unreadable|locked`
# and `now=` of the running kernel; `reader=systemd-sysctl|none|masked`; `boot=` what the files set from FILE on, in the order of
# sysctl.d(5), with `by=` the later one that has the last word; `bare=` and `bareBy=` are the same without what is in /run.
ops_sysctl_look() {
  ops_paths '' lmog "$2" || return
  ops_kernel_value= ops_kernel_known=yes
  if [ ! -f "/proc/sys/$1" ]; then ops_kernel_known=no
  elif ops_kernel_value=$(cat "/proc/sys/$1" 2>/dev/null); then
    ops_kernel_value=$(printf '%s' "$ops_kernel_value" | tr '\n' '\t')
    [ -w "/proc/sys/$1" ] || ops_kernel_known=locked
  else ops_kernel_known=unreadable
  fi
  printf 'known=%s\nnow=%s\n' "$ops_kernel_known" "$ops_kernel_value"
  ops_sysctl_line=
  [ ! -f "$2" ] || ops_sysctl_line=$(ops_sysctl_text "$2") || return
  printf 'line=%s\n' "${ops_sysctl_line%"	"}"
  ops_sysctl_reader=systemd-sysctl
  [ -x /usr/lib/systemd/systemd-sysctl ] || [ -x /lib/systemd/systemd-sysctl ] || ops_sysctl_reader=none
  # A unit is masked by a link to /dev/null, and by a file that is empty.
  for ops_sysctl_unit in /etc /run; do
    ops_sysctl_unit=$ops_sysctl_unit/systemd/system/systemd-sysctl.service
    [ ! -e "$ops_sysctl_unit" ] || [ -s "$ops_sysctl_unit" ] || ops_sysctl_reader=masked
  done
  echo "reader=$ops_sysctl_reader"
  ops_sysctl_list=$(ops_sysctl_files | LC_ALL=C sort -s -t '	' -k 1,1) || return
  printf '%s\n' "$ops_sysctl_list" | ops_sysctl_texts | ops_sysctl_boot "$1" "${2##*/}" "$2"
}
# A line each: name and path. A name hides the same one in the folders that come later.
ops_sysctl_files() {
  for ops_sysctl_folder in /etc /run /usr/local/lib /usr/lib /lib; do
    for ops_sysctl_file in "$ops_sysctl_folder"/sysctl.d/*.conf; do
      [ ! -e "$ops_sysctl_file" ] && [ ! -L "$ops_sysctl_file" ] || printf '%s\t%s\n' "${ops_sysctl_file##*/}" "$ops_sysctl_file"
    done
  done
}
# Behind each of these lines what the file holds, or that it cannot be read. systemd ends a line at a NUL and at a return, too.
ops_sysctl_texts() {
  while IFS='	' read -r ops_sysctl_name ops_sysctl_file; do
    [ -n "$ops_sysctl_file" ] || continue
    printf '\001%s\t%s\n' "$ops_sysctl_name" "$ops_sysctl_file"
    [ ! -f "$ops_sysctl_file" ] || { tr '\0\r' '\n\n' <"$ops_sysctl_file" && echo; } || printf '\002%s\n' "$ops_sysctl_file"
  done
}
# WAY NAME PATH: what the files say from the one of this name on; the last one wins. A line `-key` takes the key out.
# What is in /run is gone at boot or made again: both is told.
ops_sysctl_boot() {
  LC_ALL=C awk -v key="$1" -v ours="$2" -v own="$3" '
    function trim(text) { gsub(/^[ \t]+|[ \t]+$/, "", text); return text }
    function way(text) {
      if (match(text, /[.\/]/) && substr(text, RSTART, 1) == ".") {
        gsub(/\//, "\001", text); gsub(/\./, "/", text); gsub(/\001/, ".", text)
      }
      while (sub(/\/\.\//, "/", text)) ;
      gsub(/\/+/, "/", text); gsub(/^\/|\/$/, "", text)
      return text
    }
    /^\002/ { failed = 1; exit 1 }
    /^\001/ {
      at = index($0, "\t"); name = substr($0, 2, at - 2); path = substr($0, at + 1)
      isRun = path ~ /^\/run\//
      counts = name >= ours && !(name in seen); countsBare = name >= ours && !isRun && !(name in seenBare)
      seen[name] = 1
      if (!isRun) seenBare[name] = 1
      next
    }
    !counts && !countsBare { next }
    {
      text = trim($0); at = index(text, "=")
      if (text ~ /^[#;]/ || (!at && text !~ /^-/)) next
      left = at ? trim(substr(text, 1, at - 1)) : text
      sub(/^-/, "", left)
      if (way(trim(left)) != key) next
      value = at ? trim(substr(text, at + 1)) : ""
      if (counts) { boot = value; by = path }
      if (countsBare) { bare = value; bareBy = path }
    }
    END {
      if (failed) exit 1
      printf "boot=%s\nby=%s\nbare=%s\nbareBy=%s\n", boot, by == own ? "" : by, bare, bareBy == own ? "" : bareBy
    }'
}
# WAY VALUE. cat knows the reason where builtins say "I/O error".
ops_sysctl_set() {
  ops_said=$({ printf '%s\n' "$2" | cat >"/proc/sys/$1"; } 2>&1) ||
    ops_fail "the kernel does not take '$2' for $1 (${ops_said##*: }); nothing was changed"
}
# WAY VALUE WAS FILE LINE. The kernel first, as it refuses what is no value for it; it gets back what it had where the file cannot be written.
ops_sysctl() {
  [ "$2" = "$3" ] || ops_sysctl_set "$1" "$2"
  ops_write "$4" mode=0644 owner=root group=root -- printf '%s\n' "$5" && return
  ops_write_code=$?
  [ "$2" = "$3" ] || (ops_sysctl_set "$1" "$3") 2>/dev/null || ops_fail "$4 is as before, and $1 runs with '$2' all the same"
  return "$ops_write_code"
}
