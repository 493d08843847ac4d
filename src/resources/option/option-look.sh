# The functions of `option-look`, as shell.ts describes them.
ops_options() {
  ops_mark=$1 ops_index=-1 ops_seen='
' ops_count=$#
  shift
  ops_all=$(printf '%s\n' "$ops_mark" $# "$@"; echo .)
  while [ $ops_count -gt 1 ]; do
    ops_count=$((ops_count - 8)) ops_index=$((ops_index + 1)) ops_a=$2
    shift 8
    case $ops_seen in *"
$ops_a
"*) continue;; esac
    ops_seen="$ops_seen$ops_a
"
    ops_tread_or_say h "$ops_a" || return 1
    if [ -f "$ops_a" ]; then set -- "$@" "$ops_a"
    elif [ -e "$ops_a" ]; then echo "ops: $ops_a: is not a file" >&2; return 1
    else ops_reach "$ops_a" && ops_tell_way $ops_index "$ops_a" || return 1
    fi
  done
  case $ops_all in
    v*|*"
v"*)
      ops_a=$(printf %s "${ops_all%.}" | LC_ALL=C awk "$ops_option_reading$ops_option_looking" - "$@") || return 1
      printf '%s\n' "$ops_a" | ops_hide_secrets;;
    *) printf %s "${ops_all%.}" | LC_ALL=C awk "$ops_option_reading$ops_option_looking" - "$@";;
  esac
}
# What is in the place of a secret is told by its hash alone.
ops_hide_secrets() {
  while IFS= read -r ops_a; do
    case $ops_a in secret=*)
      ops_a=$(printf %s "${ops_a#secret=}" | sha256sum)
      ops_a=sha256=${ops_a%% *};;
    esac
    printf '%s\n' "$ops_a"
  done
}
