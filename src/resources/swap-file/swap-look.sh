# The functions of `swap-look`, as look.ts describes them.
# PATH
ops_swap_look() {
  (ops_swap_sure "$1") || { ops_swap_sure "$1" || { printf 'kind=refused\nwhy=%s\n' "$ops_why"; return 0; }; }
  ops_paths '' lmog "$1" || return
  if [ -f "$1" ] && [ ! -L "$1" ]; then
    ops_swap_size=$(stat -c %s -- "$1") || return 1
    printf 'size=%s\nspace=%s\n' "$ops_swap_size" "$(ops_swap_space "$1")"
  fi
  ops_swap_word=$(ops_swap_escaped "$1") || return 1
  ops_swap_active=$(printf '%s\n' "$ops_swap_word" | awk '
    NR == FNR { path = $0; next }
    $1 == path { found = "yes " $5 }
    $1 == path "\\040(deleted)" { found = "deleted" }
    END { print found == "" ? "no" : found }' - /proc/swaps) || return 1
  ops_swap_line=none
  [ ! -f /etc/fstab ] || ops_swap_line=$(printf '%s\n' "$ops_swap_word" | awk '
    NR == FNR { path = $0; next }
    /^[ \t]*#/ { next }
    $1 == path { $1 = $1; print; found++ }
    END { if (!found) print "none" }' - /etc/fstab) || return 1
  case $ops_swap_line in *"$ops_newline"*) ops_swap_line='several lines' ;; esac
  printf 'active=%s\nfstab=%s\nrights=%s\n' "$ops_swap_active" "$ops_swap_line" "$(ops_swap_rights)"
  ops_swap_folder=${1%/*}
  while [ -n "$ops_swap_folder" ] && [ ! -d "$ops_swap_folder" ]; do ops_swap_folder=${ops_swap_folder%/*}; done
  ops_swap_type=$(stat -f -c %T -- "${ops_swap_folder:-/}") || return 1
  printf 'type=%s\n' "$ops_swap_type"
}
# A word as fstab and the kernel spell it: \040 is a blank.
ops_swap_escaped() { printf '%s\n' "$1" | sed 's/\\/\\134/g; s/ /\\040/g'; }
# PATH: whether nobody else can lead mkswap and swapon elsewhere, which go there by its name, and no link does.
ops_swap_sure() {
  ops_swap_at=${1%/*}
  ops_sure "${ops_swap_at:-/}" || return 1
  [ ! -e "${1%/*}/" ] || [ "$(readlink -f -- "${ops_swap_at:-/}")" = "${ops_swap_at:-/}" ] || {
    ops_why="a symbolic link leads elsewhere: name the real path in the step"
    return 1
  }
}
# PATH: whether that is a swap space, by the last ten bytes of its first page; `empty` where there is nothing in it.
ops_swap_space() {
  ops_swap_page=$(getconf PAGESIZE 2>/dev/null) || ops_swap_page=4096
  case $(head -c "$ops_swap_page" -- "$1" | tail -c 10 | tr -cd 'A-Z0-9') in
    SWAPSPACE2) echo yes ;;
    *) if [ -s "$1" ]; then echo no; else echo empty; fi ;;
  esac
}
# The kernel says that /dev/null is no swap space to whom it lets, and that he may not to all others.
ops_swap_rights() {
  ops_swap_said=$(swapoff /dev/null 2>&1)
  case $ops_swap_said in
    *'Invalid argument'*) echo yes ;;
    *'not found'*) echo 'no (swapoff is not there: package util-linux or mount)' ;;
    *) printf 'no (%s)\n' "${ops_swap_said##*: }" ;;
  esac
}
