# The functions of `git-server`, as repository-look.ts describes them.
ops_git_server() {
  ops_home=
  ops_line=$(getent passwd "$1" 2>/dev/null) && ops_home=$(printf '%s\n' "$ops_line" | cut -d: -f6)
  [ -n "$ops_home" ] || ops_home=$HOME
  ops_path=$2
  # shellcheck disable=SC2088 # a tilde as the user wrote it
  case $ops_path in '~/'*) ops_path=${ops_home%/}/${ops_path#'~/'};; esac
  printf 'user=%s\nhome=%s\npath=%s\n' "$1" "$ops_home" "$ops_path"
  ops_git=
  if command -v git >/dev/null; then
    ops_git=$(git --version) || return 1
    ops_git=${ops_git#git version }
  fi
  echo "git=$ops_git"
  ops_git_parent=${ops_path%/*}
  while [ -n "$ops_git_parent" ] && [ ! -e "$ops_git_parent" ] && [ ! -L "$ops_git_parent" ]; do ops_git_parent=${ops_git_parent%/*}; done
  ops_git_parent=${ops_git_parent:-/}
  printf 'parent=%s\n' "$ops_git_parent"
  if [ -d "$ops_git_parent" ] && [ -w "$ops_git_parent" ] && [ -x "$ops_git_parent" ]; then echo writable=yes; else echo writable=no; fi
  if [ -d "$ops_git_parent" ] && [ ! -x "$ops_git_parent" ]; then echo state=hidden; return 0; fi
  ops_aside=${ops_path%/*}/.${ops_path##*/}.ops-undo
  if [ -d "$ops_aside" ] && [ ! -e "$ops_path" ]; then
    echo aside=yes
    ops_path=$ops_aside
  fi
  if [ -d "$ops_path" ]; then
    if ! [ -x "$ops_path" ] || ! [ -r "$ops_path" ]; then echo state=hidden
    elif [ -f "$ops_path/HEAD" ] && [ -d "$ops_path/objects" ] && [ -d "$ops_path/refs" ]; then ops_git_repository "$1"
    else
      for ops_git_entry in "$ops_path"/* "$ops_path"/.[!.]* "$ops_path"/..?*; do
        if [ -e "$ops_git_entry" ] || [ -L "$ops_git_entry" ]; then echo state=occupied; return 0; fi
      done
      echo state=absent
    fi
  elif [ -e "$ops_path" ] || [ -L "$ops_path" ]; then echo state=occupied
  else echo state=absent
  fi
}
ops_git_repository() {
  ops_owner=$(stat -c %U -- "$ops_path") || return 1
  printf 'owner=%s\n' "$ops_owner"
  read -r ops_git_head <"$ops_path/HEAD" || [ -n "$ops_git_head" ] || return 1
  case $ops_git_head in 'ref: refs/heads/'*) printf 'head=%s\n' "${ops_git_head#ref: refs/heads/}";; esac
  for ops_git_extra in "$ops_path"/hooks/* "$ops_path"/worktrees/*; do
    case $ops_git_extra in *.sample|*'/*') ;; *)
      printf 'extra=%s' "${ops_git_extra#"$ops_path/"}" | tr -d '\001-\037\177'
      echo;;
    esac
  done
  for ops_git_extra in "$ops_path"/* "$ops_path"/.[!.]* "$ops_path"/info/* "$ops_path"/info/.[!.]*; do
    case ${ops_git_extra#"$ops_path/"} in
      HEAD|branches|config|description|hooks|info|info/refs|objects|refs|packed-refs|shallow|logs|worktrees) continue;;
      FETCH_HEAD|ORIG_HEAD|gc.pid|gc.log|*'/*'|'*'|'.[!.]*'|'info/.[!.]*') continue;;
      info/exclude) grep -q '^[^#]' "$ops_git_extra" 2>/dev/null || continue;;
    esac
    printf 'extra=%s' "${ops_git_extra#"$ops_path/"}" | tr -d '\001-\037\177'
    echo
  done
  if [ -z "$ops_git" ]; then echo state=repository; return 0; fi
  # With its folder named, git reads settings that are data, and asks nobody whether the owner is trusted.
  if ops_refs=$(ops_git_as_owner "$ops_path" for-each-ref --format='ref=%(objectname) %(refname)' 2>&1); then
    echo state=repository
    [ -z "$ops_refs" ] || printf '%s\n' "$ops_refs"
    [ "$(ops_git_as_owner "$ops_path" config --get ops.made-by)" != git-remote ] || echo ours=yes
    ops_git_as_owner "$ops_path" config --local --name-only --list | sort -u | tr -d '\001-\011\013-\037\177' |
      sed '/^core\./d; /^ops\./d; s/^/extra=config /'
  else
    echo state=damaged
    printf 'complaint=%s\n' "$ops_refs" | head -n 1
  fi
  # The very check that a later push or clone meets, by root too; it only matters for a repository of somebody else.
  if [ "$ops_owner" != "$1" ] && [ "$(id -un)" = "$1" ]; then
    case $(git ls-remote --quiet "$ops_path" 2>&1) in *'dubious ownership'*) echo distrusted=yes;; esac
  fi
  [ -w "$ops_path/objects" ] && [ -w "$ops_path/refs" ] || echo readonly=yes
}
