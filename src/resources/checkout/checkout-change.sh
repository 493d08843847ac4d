# The functions of `checkout-change`, as change.ts describes them.
ops_checkout() (
  set +e
  ops_asked=$2 ops_key=$5
  command -v git >/dev/null || ops_fail "$2: git is not installed, a step before this one brings it: apt git; nothing was changed"
  [ -z "$5" ] || [ -f "$5" ] || ops_fail "$2: there is no key $5; nothing was changed"
  umask 022
  if [ -e "$2/.git" ]; then
    ops_sure "$2/.git" || ops_fail "$2: $ops_why; nothing was changed"
    cd -P -- "$2" || ops_fail "$2: may not be entered; nothing was changed"
    ops_before=$(ops_checkout_git rev-parse -q --verify 'HEAD^{commit}')
    ops_checkout_run fetch -q --prune --force --tags "$1" '+refs/heads/*:refs/remotes/origin/*'
    case $(ops_checkout_local "$3" "$4") in
      changes) ops_fail "$2: files in it were changed and not committed: they stay as they are; nothing was changed";;
      commits) ops_fail "$2: it has commits that $1 has not: they stay as they are; nothing was changed";;
    esac
    ops_checkout_run remote set-url origin "$1"
    ops_checkout_take "$@"
    exit
  fi
  ops_checkout_parent=${2%/*}
  ops_go_making "${ops_checkout_parent:-/}" || ops_fail "$2: $ops_why; nothing was changed"
  ops_name=${2##*/} ops_path=$2 ops_before=
  ops_enter
  ops_regard ..
  case $ops_kind in ''|4) ;; *) ops_moved;; esac
  umask 022
  ops_checkout_run clone -q --no-checkout --no-hardlinks -- "$1" "./$ops_name"
  (cd -- "./$ops_name" && ops_checkout_take "$@") || exit
  ops_rename
  ops_written
)
# WORD...: git, or the end with what it said.
ops_checkout_run() {
  ops_said=$(ops_checkout_git "$@" 2>&1) && return 0
  ops_git_complaint=$(printf '%s\n' "$ops_said" | grep -E '^(fatal|error|ERROR|remote|ssh|Host key|.*: Permission denied|	)' | head -n 4 | tr -s '\n\t' ' ')
  ops_fail "$ops_asked: git $1 failed: ${ops_git_complaint:-${ops_said##*"$ops_newline"}}$(ops_checkout_moved)"
}
# The words that say whether a failure left all as it was.
ops_checkout_moved() {
  [ -n "$ops_before" ] && [ "$(ops_checkout_git rev-parse -q --verify 'HEAD^{commit}')" != "$ops_before" ] || printf '; nothing was changed'
}
# In the repository: to what is wanted, which was fetched.
ops_checkout_take() {
  case $3 in
    branch)
      ops_checkout_git rev-parse -q --verify "refs/remotes/origin/$4" >/dev/null ||
        ops_fail "$2: $1 has no branch $4$(ops_checkout_moved)"
      ops_checkout_run checkout -q --no-overwrite-ignore -B "$4" "refs/remotes/origin/$4" --;;
    tag)
      ops_checkout_git rev-parse -q --verify "refs/tags/$4^{commit}" >/dev/null ||
        ops_fail "$2: $1 has no tag $4$(ops_checkout_moved)"
      ops_checkout_run checkout -q --no-overwrite-ignore --detach "refs/tags/$4" --;;
    commit)
      ops_checkout_git cat-file -e "$4^{commit}" 2>/dev/null || ops_checkout_run fetch -q "$1" "$4"
      ops_checkout_run checkout -q --no-overwrite-ignore --detach "$4" --;;
  esac
  [ -z "$6" ] || ops_checkout_run submodule -q update --init --recursive
}
