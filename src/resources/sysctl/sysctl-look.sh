# The functions of `sysctl-look`, as look.ts describes them.
# What a file holds, on one line.
ops_sysctl_text() { { head -c 4096 <"$1" | tr '\n' '\t'; } 2>/dev/null; }
ops_sysctl_look() {
  ops_a= ops_b=yes
  if [ ! -f "/proc/sys/$1" ]; then ops_b=no
  elif ops_a=$(cat "/proc/sys/$1" 2>/dev/null); then
    ops_a=$(printf '%s' "$ops_a" | tr '\n' '\t')
    [ -w "/proc/sys/$1" ] || ops_b=locked
  else ops_b=unreadable
  fi
  printf 'known=%s\nnow=%s\n' "$ops_b" "$ops_a"
  ops_a=
  [ ! -f "$2" ] || ops_a=$(ops_sysctl_text "$2")
  printf 'line=%s\n' "${ops_a%"	"}"
  ops_a=systemd-sysctl
  [ -x /usr/lib/systemd/systemd-sysctl ] || [ -x /lib/systemd/systemd-sysctl ] || ops_a=none
  # A unit is masked by a link to /dev/null, and by a file that is empty.
  for ops_b in /etc /run; do
    ops_b=$ops_b/systemd/system/systemd-sysctl.service
    [ ! -e "$ops_b" ] || [ -s "$ops_b" ] || ops_a=masked
  done
  echo "reader=$ops_a"
  ops_sysctl_files | LC_ALL=C sort -s -t '	' -k 1,1 | ops_sysctl_texts | ops_sysctl_boot "$1" "${2##*/}" "$2"
}
# A line each: name and path. A name hides the same one in the folders that come later.
ops_sysctl_files() {
  for ops_a in /etc /run /usr/local/lib /usr/lib /lib; do
    for ops_b in "$ops_a"/sysctl.d/*.conf; do
      [ ! -e "$ops_b" ] && [ ! -L "$ops_b" ] || printf '%s\t%s\n' "${ops_b##*/}" "$ops_b"
    done
  done
}
# Behind each of these lines what the file holds, or that it cannot be read. systemd ends a line at a NUL and at a return, too.
ops_sysctl_texts() {
  while IFS='	' read -r ops_a ops_b; do
    printf '\001%s\t%s\n' "$ops_a" "$ops_b"
    [ ! -f "$ops_b" ] || { tr '\0\r' '\n\n' <"$ops_b" && echo; } || printf '\002%s\n' "$ops_b"
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
