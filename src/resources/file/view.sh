# The functions of `view`, as view.ts describes them.
# Asks the validator that looks at the whole host before anything of it is changed.
ops_judge() {
  [ "$ops_user" = 0 ] || ops_fail "$ops_asked: only root can see the host as it will be, which its validator needs; nothing was changed"
  ops_said='others may move the way to it'
  [ -z "$ops_bent" ] && ops_said=$(ops_in_view 2>&1 </dev/null)
  case $? in
    0) ;;
    91)
      ops_silent="\`$ops_view\` failed and said nothing"
      ops_said=${ops_said:-$ops_silent}
      printf '%s\n' "$ops_said" >&2
      ops_why=${ops_said##*"$ops_newline"} ops_hint=
      ops_verdict=$(cd / && eval "$ops_view" 2>&1 </dev/null) || { ops_verdict=${ops_verdict:-$ops_silent}; false; } || [ "${ops_verdict##*"$ops_newline"}" != "$ops_why" ] ||
        ops_hint='; it refuses what is there now for the same reason'
      ops_fail "$ops_asked: its validator refused the new content in its place ($ops_why); nothing was changed$ops_hint";;
    *)
      echo "ops: note: the host cannot be shown as it will be (${ops_said##*"$ops_newline"}), so $ops_asked is validated as soon as it is in place" >&2
      ops_late=1;;
  esac
  rm -rf -- "${OPS_DIR:?}/view"
}
# Runs it in a mount namespace of its own, where the staged file, or for a new one a copy of its directory, lies over
# the real one. Exit 0 and 91 are its verdict; anything else: there can be no such view here.
ops_in_view() {
  ops_shown_at=./$ops_name ops_shown_over=$ops_path
  if [ ! -e "$ops_path" ]; then
    ops_shown_at=${OPS_DIR:?}/view ops_shown_over=$ops_dir
    rm -rf -- "$ops_shown_at"
    cp -a -- "$ops_dir" "$ops_shown_at" && rm -rf -- "$ops_shown_at"/.ops.* && cp -a -- "./$ops_name" "$ops_shown_at/" || return 1
  fi
  unshare -m sh -c 'mount -o bind "$1" "$2" || exit 90; cd /; (eval "$3") || exit 91' ops "$ops_shown_at" "$ops_shown_over" "$ops_view"
}
ops_judge_late() {
  ops_late=
  ops_said=$(cd / && eval "$ops_view" 2>&1 </dev/null) && return 0
  ops_said=${ops_said:-"\`$ops_view\` ended with exit code $?"}
  printf '%s\n' "$ops_said" >&2
  ops_restore "$ops_path" || ops_fail "$ops_asked: its validator refused it (${ops_said##*"$ops_newline"}), and it could not be put back"
  ops_fail "$ops_asked: its validator refused the new content in its place (${ops_said##*"$ops_newline"}); it was put back"
}
