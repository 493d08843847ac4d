# What a host keeps of changed files, as kept-copies.ts reads it.
ops_user=$(id -u)
if [ "$ops_user" = 0 ]; then set -- "${OPS_STATE:-/var/lib/ops}/kept"
else set -- "$HOME/.local/state/ops/kept" "/var/tmp/ops-$ops_user/kept"; fi
ops_frame kept
for ops_kept; do
  [ -d "$ops_kept" ] && [ ! -L "$ops_kept" ] && [ -O "$ops_kept" ] && cd "$ops_kept" || continue
  # shellcheck disable=SC2045 # names without blanks, and the newest first
  for ops_run in $(ls -1t); do
    case $ops_run in *Z-*) ;; *) continue ;; esac
    case ${ops_run##*-} in *[!0-9a-f]*) continue ;; esac
    [ -d "$ops_run" ] || continue
    find "$ops_run" -type f -exec sh -c '
      for ops_copied_path; do
        ops_sum=$(sha256sum <"$ops_copied_path") && printf "%s:%s:%s/%s\0" "$(stat -c %s:%a:%U:%G -- "$ops_copied_path")" "${ops_sum%% *}" "$0" "$ops_copied_path"
      done' "$ops_kept" {} + </dev/null
  done
done
