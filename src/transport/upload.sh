# Brings a file, as upload.ts describes it.
# `ops_upload PATH BYTES NONCE` writes what comes on its input, and says what arrived: NONCE, how many bytes, and their sha256 or `-`.
# `set -C` makes the shell refuse a file or link that is there already.
ops_upload() {
  umask 077
  set -C
  command exec 3>"$1" || exit 1
  printf '%s ready\n' "$3"
  cat >&3 || { rm -f -- "$1"; exit 1; }
  exec 3>&-
  ops_upload_bytes=$(($(wc -c <"$1")))
  ops_upload_sum=-
  for ops_upload_words in sha256sum 'busybox sha256sum' 'openssl dgst -sha256 -r' 'shasum -a 256'; do
    ops_upload_found=$($ops_upload_words <"$1" 2>/dev/null) && ops_upload_sum=${ops_upload_found%% *} && break
  done
  [ "$ops_upload_bytes" -eq "$2" ] || rm -f -- "$1"
  printf '%s %s %s\n' "$3" "$ops_upload_bytes" "$ops_upload_sum"
  exit 0
}
