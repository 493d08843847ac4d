# The functions of `archive-look`, as look.ts describes them.
# INTO CREATES OWNER GROUP: of the last two how stat(1) is to spell those of the folder, where they are asked for.
ops_archive_look() {
  ops_tread h "$1" || { printf 'state=refused\nwhy=%s\n' "$ops_why"; return 0; }
  if [ -e "$1/$2" ] || [ -L "$1/$2" ]; then
    echo state=present
    [ -z "$3" ] || stat -L -c "owner=$3" -- "$1" || return
    [ -z "$4" ] || stat -L -c "group=$4" -- "$1" || return
  elif [ -d "$1" ]; then
    [ -r "$1" ] && [ -x "$1" ] || { echo "ops: $1: may not be looked into" >&2; return 1; }
    if [ -z "$(ls -A -- "$1" | head -c 1)" ]; then echo state=absent; else echo state=filled; fi
  elif [ -e "$1" ] || [ -L "$1" ]; then echo state=occupied
  else ops_reach "$1" && echo state=absent && ops_tell_way 0 "$1"
  fi
}
