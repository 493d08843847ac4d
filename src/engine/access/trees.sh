# The functions of `access-back-trees`, as trees-shell.ts describes them.
# What a step left in the way of a file is set aside, never lost. Named as runs are: the oldest go.
ops_back_aside() {
  [ -d "$1" ] && [ ! -L "$1" ] || return 0
  rmdir -- "$1" 2>/dev/null && return 0
  mkdir -p -m 0700 /var/lib/ops/kept
  mv -- "$1" "/var/lib/ops/kept/$(date -u +%Y%m%dT%H%M%SZ)-aside.$$.$ops_number"
}
ops_back_file() {
  ops_back_aside "$2"
  ( ops_write "$2" "like=$1" -- cat -- "$1" ) || ( ops_write "$2" "like=$1" place -- cat -- "$1" )
}
ops_back_tree() {
  ( cd -- "$1" && find . -type d ) | while IFS= read -r ops_tree_entry; do
    [ -d "$2/$ops_tree_entry" ] || mkdir -p -- "$2/$ops_tree_entry"
    # From inside, as the user of such a folder may still be at work.
    ( ops_go "$2${ops_tree_entry#.}" && chown --reference="$1/$ops_tree_entry" . && chmod --reference="$1/$ops_tree_entry" . )
  done
  ( cd -- "$1" && find . -type f ) | while IFS= read -r ops_tree_entry; do
    [ ! -L "$2/$ops_tree_entry" ] && ops_access_like "$1/$ops_tree_entry" "$2/$ops_tree_entry" || {
      [ ! -L "$2/$ops_tree_entry" ] || rm -f -- "$2/$ops_tree_entry"
      ops_back_file "$1/$ops_tree_entry" "$2/${ops_tree_entry#./}"
    }
  done
  ( cd -- "$1" && find . -type l ) | while IFS= read -r ops_tree_entry; do
    [ "$(readlink -- "$2/$ops_tree_entry")" = "$(readlink -- "$1/$ops_tree_entry")" ] || {
      [ -L "$2/$ops_tree_entry" ] || rm -f -- "$2/$ops_tree_entry"
      ops_symlink "$2/${ops_tree_entry#./}" "$(readlink -- "$1/$ops_tree_entry")"
    }
  done
  [ "$ops_kind" != grown ] || return 0
  ( cd -- "$2" && find . -type f -o -type l ) | while IFS= read -r ops_tree_entry; do
    [ -e "$1/$ops_tree_entry" ] || [ -L "$1/$ops_tree_entry" ] || ops_remove "$2/${ops_tree_entry#./}"
  done
  ( cd -- "$2" && find . -depth -type d ) | while IFS= read -r ops_tree_entry; do
    [ -d "$1/$ops_tree_entry" ] || rmdir -- "$2/$ops_tree_entry"
  done
}
# Sockets and pipes come and go with the programs that made them, such as the master of an ssh in ~/.ssh.
ops_back_names() { ( cd -- "$1" && find . -type d -o -type f -o -type l | sort ); }
ops_back_grown_same() {
  ( cd -- "$1" && find . -type d -o -type f -o -type l ) | while IFS= read -r ops_tree_entry; do
    if [ -L "$1/$ops_tree_entry" ]; then [ "$(readlink -- "$1/$ops_tree_entry")" = "$(readlink -- "$2/$ops_tree_entry")" ]
    elif [ -d "$1/$ops_tree_entry" ]; then [ -d "$2/$ops_tree_entry" ] && [ "$(stat -c '%a %u %g' -- "$1/$ops_tree_entry")" = "$(stat -c '%a %u %g' -- "$2/$ops_tree_entry")" ]
    else [ ! -L "$2/$ops_tree_entry" ] && ops_access_like "$1/$ops_tree_entry" "$2/$ops_tree_entry"
    fi || { echo differs; break; }
  done | grep -q . && return 1
  return 0
}
ops_back_tree_same() {
  [ -d "$2" ] || return 1
  [ "$(ops_back_names "$1")" = "$(ops_back_names "$2")" ] || return 1
  ( cd -- "$1" && find . \( -type d -exec stat -c '%n %a %u %g' {} + \) -o \( -type l -exec readlink {} \; \) -o \( -type f -exec stat -c '%n %a %u %g' {} + -exec sha256sum {} + \) | sort ) >"$ops_access/new.one"
  ( cd -- "$2" && find . \( -type d -exec stat -c '%n %a %u %g' {} + \) -o \( -type l -exec readlink {} \; \) -o \( -type f -exec stat -c '%n %a %u %g' {} + -exec sha256sum {} + \) | sort ) >"$ops_access/new.two"
  cmp -s "$ops_access/new.one" "$ops_access/new.two"
}
