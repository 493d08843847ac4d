# The functions of `tell-look`, as tell-look.ts describes them.
# Each prints one line KEY=VALUE; `none` is what is not there. A program that fails is no answer: the function fails as well.
# KEY COMMAND...: the first line that it prints.
ops_tell_said() {
  ops_tell_key=$1
  shift
  ops_tell_value=$("$@") || return
  ops_tell_value=${ops_tell_value%%"
"*}
  printf '%s=%s\n' "$ops_tell_key" "$ops_tell_value"
}
# KEY FILE: its first line.
ops_tell_line() {
  if [ -f "$2" ]; then ops_tell_said "$1" sed 1q "$2"; else printf '%s=none\n' "$1"; fi
}
# KEY PATH PART: what the link says, or, where that has no PART in it, where it leads in the end; `a file` where it is no link.
ops_tell_link() {
  ops_tell_value=none
  if [ -L "$2" ]; then ops_tell_value=$(readlink "$2") || return
    case $ops_tell_value in *"${3:-}"*) ;; *) ops_tell_value=$(readlink -f "$2") || return;; esac
  elif [ -e "$2" ]; then ops_tell_value='a file'
  fi
  printf '%s=%s\n' "$1" "$ops_tell_value"
}
# KEY FILE: `yes` where it is one, or a link to one.
ops_tell_file() {
  if [ -f "$2" ]; then printf '%s=yes\n' "$1"; else printf '%s=no\n' "$1"; fi
}
# KEY PROGRAM: `yes` where the host has it.
ops_tell_program() {
  if command -v "$2" >/dev/null; then printf '%s=yes\n' "$1"; else printf '%s=none\n' "$1"; fi
}
# KEY SECRET COMMAND...: `same` where that is what it prints, `other`, or `none` where it prints nothing.
ops_tell_secret() {
  ops_tell_key=$1 ops_tell_secret=$2
  shift 2
  ops_tell_value=$("$@") || return
  case $ops_tell_value in
    "$ops_tell_secret") printf '%s=same\n' "$ops_tell_key";;
    '') printf '%s=none\n' "$ops_tell_key";;
    *) printf '%s=other\n' "$ops_tell_key";;
  esac
}
# FILE, which is the step's alone: what ops_paths says of it, and `line=` what it holds, several lines parted by tabs.
ops_tell_own() {
  ops_paths '' lmog "$1" || return
  ops_tell_value=
  [ ! -f "$1" ] || { ops_tell_value=$(head -c 4096 <"$1" && echo .); } 2>/dev/null || return
  ops_tell_value=$(printf '%s' "${ops_tell_value%.}" | tr '\n' '\t') || return
  printf 'line=%s\n' "${ops_tell_value%"	"}"
}
