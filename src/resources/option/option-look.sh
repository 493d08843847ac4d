# The functions of `option-look`, as look.ts describes them.
ops_options() {
  ops_mark=$1 ops_index=-1 ops_seen='
' ops_count=$#
  shift
  ops_all=$(printf '%s\n' "$ops_mark" $# "$@"; echo .)
  while [ $ops_count -gt 1 ]; do
    ops_count=$((ops_count - 8)) ops_index=$((ops_index + 1)) ops_option_file=$2
    shift 8
    case $ops_seen in *"
$ops_option_file
"*) continue;; esac
    ops_seen="$ops_seen$ops_option_file
"
    ops_tread_or_say h "$ops_option_file" || return 1
    if [ -f "$ops_option_file" ]; then set -- "$@" "$ops_option_file"
    elif [ -e "$ops_option_file" ]; then echo "ops: $ops_option_file: is not a file" >&2; return 1
    else ops_reach "$ops_option_file" && ops_tell_way $ops_index "$ops_option_file" || return 1
    fi
  done
  case $ops_all in
    v*|*"
v"*)
      ops_option_file=$(printf %s "${ops_all%.}" | LC_ALL=C awk "$ops_option_reading$ops_option_looking" - "$@") || return 1
      printf '%s\n' "$ops_option_file" | ops_hide_secrets;;
    *) printf %s "${ops_all%.}" | LC_ALL=C awk "$ops_option_reading$ops_option_looking" - "$@";;
  esac
}
# What is in the place of a secret is told by its hash alone.
ops_hide_secrets() {
  while IFS= read -r ops_hidden; do
    case $ops_hidden in secret=*)
      ops_hidden=$(printf %s "${ops_hidden#secret=}" | sha256sum)
      ops_hidden=sha256=${ops_hidden%% *};;
    esac
    printf '%s\n' "$ops_hidden"
  done
}
