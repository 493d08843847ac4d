# The functions of `git-bare-change`, as change.ts describes them.
# The settings of ops_old with core.sharedRepository, by git itself, on a copy where it finds no repository around it.
ops_git_shared() {
  ops_git_config_copy=${OPS_DIR:-.}/.ops-git
  cat -- "$ops_old" >"$ops_git_config_copy" && (cd / && GIT_CONFIG_NOSYSTEM=1 git config -f "$ops_git_config_copy" core.sharedRepository "$1") && cat -- "$ops_git_config_copy"
  ops_git_config_code=$?
  rm -f -- "$ops_git_config_copy"
  return $ops_git_config_code
}
# From inside, what the group needs: directories are entered, and files changed by what was opened and proved to be them.
ops_git_open() {
  chmod g+rwxs . || return 1
  for ops_git_entry in ./* ./.[!.]*; do
    if [ -L "$ops_git_entry" ]; then continue
    elif [ -d "$ops_git_entry" ]; then
      (cd -P -- "$ops_git_entry" && ops_here && [ "$PWD" = "$ops_dir/${ops_git_entry#./}" ] && ops_dir=$PWD && ops_git_open) || return 1
    elif [ -f "$ops_git_entry" ]; then
      case $ops_dir/ in */objects/*) ops_git_rights=g+r;; *) ops_git_rights=g+rw;; esac
      [ $ops_git_rights = g+r ] && [ -n "$(find "$ops_git_entry" -prune -perm -040)" ] && continue
      { [ "$(readlink /proc/self/fd/0)" = "$ops_dir/${ops_git_entry#./}" ] && chmod $ops_git_rights /proc/self/fd/0; } <"$ops_git_entry" || return 1
    fi
  done
}
# OWNER[:GROUP] of all that is in here. The chown of GNU goes by descriptors and follows no link; any other is led.
ops_git_own() {
  case $(chown --version 2>/dev/null) in *'GNU coreutils'*) chown -Rh -- "$1" .; return;; esac
  for ops_git_entry in ./* ./.[!.]*; do
    if [ -L "$ops_git_entry" ] || [ ! -d "$ops_git_entry" ]; then
      [ ! -e "$ops_git_entry" ] || chown -h -- "$1" "$ops_git_entry" || return 1
    else
      (cd -P -- "$ops_git_entry" && ops_here && [ "$PWD" = "$ops_dir/${ops_git_entry#./}" ] && ops_dir=$PWD && ops_git_own "$1") || return 1
    fi
  done
  chown -- "$1" .
}
# No git runs in a repository that is there: its settings and hooks are those of whoever may write in it.
ops_git_bare() (
  set +e
  ops_asked=$2
  command -v git >/dev/null || ops_fail "$2: git is not installed; a step before this one brings it: apt git"
  if [ "$1" = new ]; then
    ops_git_parent=${2%/*}
    ops_go_making "${ops_git_parent:-/}" || ops_fail "$2: $ops_why; nothing was changed"
    ops_name=${2##*/} ops_path=$2
    ops_enter
    ops_regard ..
    umask 022
    unset GIT_DIR GIT_WORK_TREE
    # Git goes by the whole path, of which somebody else may make a link meanwhile: so it is made where nobody else may write.
    ops_git_made=${OPS_DIR:-$PWD}/.ops-git-new
    rm -rf -- "$ops_git_made"
    (cd / && git -c init.defaultBranch="$3" init -q --bare ${5:+"--shared=$5"} "$ops_git_made" >&2 &&
      git --git-dir="$ops_git_made" symbolic-ref HEAD "refs/heads/$3" >&2) && cp -R -p -- "$ops_git_made" "./$ops_name" ||
      ops_fail "$2: git could not make it; nothing was changed"
    rm -rf -- "$ops_git_made"
    [ -z "$4" ] || printf '%s\n' "$4" >"./$ops_name/description"
    if [ -n "$6$7" ]; then
      chown -R -- "$6${7:+:$7}" "./$ops_name" || ops_fail "$2: its owner cannot be set; nothing was changed"
      [ -z "$5" ] || find "./$ops_name" -type d -exec chmod g+s {} +
    fi
    ops_rename
    ops_written
  fi
  ops_go "$2" || ops_fail "$2: $ops_why; nothing was changed"
  ops_home=$ops_dir
  if [ -n "$6$7" ]; then (ops_git_own "$6${7:+:$7}") || ops_fail "$2: its owner cannot be set"; fi
  if [ -n "$3" ]; then ops_write "$ops_home/HEAD" -- printf '%s\n' "ref: refs/heads/$3" || exit 1; fi
  if [ -n "$4" ]; then
    ops_write "$ops_home/description" "owner=$(stat -c %u .)" -- printf '%s\n' "$4" || exit 1
  fi
  if [ -n "$5" ]; then
    ops_write "$ops_home/config" -- ops_git_shared "$5" && (ops_git_open) || ops_fail "$2: it cannot be shared"
  fi
)
