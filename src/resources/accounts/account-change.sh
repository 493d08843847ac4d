# The functions of `account-change`, as change.ts describes them.
ops_account_may() {
  if [ "$1" = user ]; then ops_found=$(getent passwd "$2" || :); else ops_found=$(getent group "$2" || :); fi
  ops_obstacle=$(ops_"$1"_tell "$2" "$3" | sed -n 's/^obstacle=//p')
  [ -z "$ops_obstacle" ] || { printf 'ops: %s\n' "$ops_obstacle" >&2; exit 98; }
}
ops_user_add() {
  ops_new_name=$1 ops_new_home=$2
  shift 2
  case " $* " in *" --gid "*) ;; *)
    if getent group "$ops_new_name" >/dev/null; then set -- "$@" --gid "$ops_new_name"; fi;;
  esac
  if [ -z "$ops_new_home" ]; then set -- "$@" --no-create-home
  elif ops_said=$(ops_sure "${ops_new_home%/*}" || echo "${ops_why:-it cannot be looked at}") && [ -z "$ops_said" ]; then set -- "$@" --create-home
  elif [ -d "$ops_new_home" ]; then set -- "$@" --no-create-home
  else
    echo "ops: $ops_new_home: no home is made there: $ops_said. Make it by a \`directory\` step; nothing was changed" >&2
    return 98
  fi
  useradd "$@" -- "$ops_new_name"
}
ops_user_remove() {
  if [ -n "$2" ]; then
    ops_old_home=$(getent passwd -- "$1" | cut -d : -f 6)
    ops_said=$(ops_sure "${ops_old_home%/*}" || echo "${ops_why:-it cannot be looked at}")
    if [ -n "$ops_said" ]; then
      echo "ops: $ops_old_home: this home is not removed: $ops_said. Remove it by a \`directory\` step; nothing was changed" >&2
      return 98
    fi
    userdel --remove -- "$1"
  else userdel -- "$1"
  fi
}
