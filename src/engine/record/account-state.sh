# What an account is, for a record and for whoever compares with it, as account-state.ts describes it.
# user|group NAME: one line; nothing where there is none.
ops_account_state() {
  case $1 in
    user)
      ops_account_entry=$(getent passwd "$2") || return 0
      ops_account_groups=$(id -Gn -- "$2" | tr ' ' '\n' | sort | tr '\n' ' ')
      ops_account_word=$(getent shadow "$2" 2>/dev/null | cut -d : -f 2 | sha256sum | cut -c 1-16)
      printf 'entry=%s\tgroups=%s\tpassword=%s\n' "$ops_account_entry" "${ops_account_groups% }" "$ops_account_word";;
    group)
      ops_account_entry=$(getent group "$2") || return 0
      printf 'entry=%s\n' "$ops_account_entry";;
  esac
}
