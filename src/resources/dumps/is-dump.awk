# A dump or an archive by its name; rotated logs are none.
function is_dump(name) {
  return name ~ /\.(sql|dump|dmp|tar|tgz|tbz2?|txz|zip|7z|bak|backup|rdb|ldif|gz|bz2|xz|zst|lz4|gpg|age)(\.[a-z0-9]+)*$/ && name !~ /\.log/
}
