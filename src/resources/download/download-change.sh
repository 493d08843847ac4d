# The functions of `download-change`, as change.ts describes them.
# URL SHA256 PATH OPTION...: the options of ops_write.
ops_download() (
  set +e
  ops_url=$1 ops_sha=$2 ops_to=$3
  shift 3
  ops_fetch_place || ops_fail "$ops_to: there is no place to fetch it to; nothing was changed"
  ops_fetch_proved "$ops_url" "$ops_sha" file
  ops_write "$ops_to" "sha=$ops_sha" "$@" -- cat -- "$ops_place/file"
)
