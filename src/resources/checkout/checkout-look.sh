# The functions of `checkout-look`, as look.ts describes them.
# WORD...: git without hooks and questions; ops_key is the key to log in with, empty where ssh knows.
ops_checkout_git() {
  GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=/bin/false GIT_ALLOW_PROTOCOL=http:https:ssh:git:file \
    GIT_SSH_COMMAND="ssh -o BatchMode=yes -o ConnectTimeout=20${ops_key:+ -o IdentitiesOnly=yes -i $ops_key}" \
    git --no-optional-locks -c core.hooksPath=/dev/null -c core.fsmonitor=false "$@" </dev/null
}
ops_checkout_look() {
  ops_key=$5
  ops_tread h "$2" || { printf 'state=refused\nwhy=%s\n' "$ops_why"; return 0; }
  if [ ! -e "$2/.git" ]; then
    if [ -d "$2" ]; then
      [ -r "$2" ] && [ -x "$2" ] || { echo "ops: $2: may not be looked into" >&2; return 1; }
      if [ -z "$(ls -A -- "$2" | head -c 1)" ]; then ops_checkout_absent "$2"; else echo state=filled; fi
    elif [ -e "$2" ] || [ -L "$2" ]; then echo state=occupied
    else ops_reach "$2" && ops_checkout_absent "$2" && ops_tell_way 0 "$2"
    fi
    return
  fi
  # Git does what the settings in there say: they have to be ours.
  (ops_sure "$2/.git" && [ -d "$2/.git" ]) || { ops_sure "$2/.git" || :; printf 'state=refused\nwhy=%s\n' "${ops_why:-$2/.git is not a folder}"; return 0; }
  command -v git >/dev/null || { echo "ops: $2: there is no git to look at it with" >&2; return 1; }
  (cd -- "$2" && ops_checkout_told "$@")
}
# PATH: what would be made there is to be looked at afterwards, too.
ops_checkout_absent() {
  if (ops_sure "$1"); then
    echo state=absent
    command -v git >/dev/null || echo git=absent
  else ops_sure "$1" || printf 'state=refused\nwhy=%s\n' "$ops_why"
  fi
}
# The same words, from inside.
ops_checkout_told() {
  echo state=present
  printf 'url=%s\n' "$(ops_checkout_git config --get remote.origin.url)"
  ops_commit_now=$(ops_checkout_git rev-parse -q --verify 'HEAD^{commit}') || ops_commit_now=none
  printf 'commit=%s\n' "$ops_commit_now"
  printf 'branch=%s\n' "$(ops_checkout_git symbolic-ref -q --short HEAD || echo none)"
  ops_checkout_wanted "$@" || return 1
  printf 'wanted=%s\n' "$ops_commit_wanted"
  ops_commit_local=$(ops_checkout_local "$3" "$4")
  printf 'local=%s\n' "$ops_commit_local"
  [ "$ops_commit_local" != changes ] || ! ops_wants_detail || ops_checkout_git status --porcelain -uno | sed 's/^...//' | ops_detail 0
  [ -z "$6" ] || if ops_checkout_git submodule status --recursive | grep -q '^[-+U]'; then echo submodules=stale; else echo submodules=current; fi
}
# Sets ops_commit_wanted to the commit that is wanted; the other side is asked for branches alone.
ops_checkout_wanted() {
  case $3 in
    commit) ops_commit_wanted=$4;;
    tag) ops_commit_wanted=$(ops_checkout_git rev-parse -q --verify "refs/tags/$4^{commit}") || ops_commit_wanted=unknown;;
    branch)
      ops_commit_wanted=$(ops_checkout_git ls-remote -q "$1" "refs/heads/$4") || { echo "ops: $2: $1 cannot be asked for its branch $4" >&2; return 1; }
      ops_commit_wanted=${ops_commit_wanted%%[!0-9a-f]*} ops_commit_wanted=${ops_commit_wanted:-none};;
  esac
}
# branch|tag|commit NAME, what is wanted: what is in here alone and would be lost by it: changes of tracked files, or commits that the other
# side did not have, here or on the branch of that name.
ops_checkout_local() {
  if [ -n "$(ops_checkout_git status --porcelain -uno | head -n 1)" ]; then echo changes
  elif [ -n "$(ops_checkout_git rev-list -n 1 HEAD --not --remotes --tags 2>/dev/null)" ]; then echo commits
  elif [ "$1" = branch ] && [ -n "$(ops_checkout_git rev-list -n 1 "refs/heads/$2" --not --remotes --tags 2>/dev/null)" ]; then echo commits
  else echo none
  fi
}
