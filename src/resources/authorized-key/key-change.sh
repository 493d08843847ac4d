# The functions of `key-change`, as change.ts describes them.
ops_key() {
  ops_key_home "$1" || case $? in
    1) echo "ops: there is no user $1; nothing was changed" >&2; exit 98;;
    *) echo "ops: the home of $1 cannot be told; nothing was changed" >&2; exit 98;;
  esac
  if [ "$2" = present ]; then
    ops_ssh_before=$(stat -c %a:%u:%g -- "$ops_home/.ssh" 2>/dev/null) || ops_ssh_before=none
    ops_directory "$ops_home/.ssh" 0700 "$ops_uid_of" "$ops_gid_of"
    ops_write "$ops_home/.ssh/authorized_keys" mode=0600 "owner=$ops_uid_of" "group=$ops_gid_of" -- ops_key_edit "$3" "$4" "$5" "$6" && return
    ops_key_code=$?
    [ "$ops_key_code" = 98 ] && [ "$ops_ssh_before" != "700:$ops_uid_of:$ops_gid_of" ] || return "$ops_key_code"
    ops_fail "$ops_home/.ssh has its mode and owner by now, and its keys are as before"
  elif [ -e "$ops_home/.ssh/authorized_keys" ]; then
    ops_write "$ops_home/.ssh/authorized_keys" -- ops_key_edit "$3" ''
  fi
}
ops_key_edit() {
  if [ -n "$ops_old" ]; then ops_key_lines edit "$@" <"$ops_old"; else ops_key_lines edit "$@" </dev/null; fi
}
