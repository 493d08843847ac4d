# The functions of `dumps-look`, as look.ts describes them.
ops_unpacked() {
  case $1 in
    *.gz | *.tgz) gzip -dc ;;
    *.bz2 | *.tbz | *.tbz2) bzip2 -dc ;;
    *.xz | *.txz) xz -dc ;;
    *.zst) zstd -dc ;;
    *.lz4) lz4 -dc ;;
    *.sql | *.dump | *.tar | *.ldif) cat ;;
    *) return 3 ;;
  esac <"$1" 2>/dev/null
}
# FILE: the program that would unpack it, where that is not installed.
ops_packer() {
  case $1 in
    *.gz | *.tgz) ops_packer_needed=gzip ;;
    *.bz2 | *.tbz | *.tbz2) ops_packer_needed=bzip2 ;;
    *.xz | *.txz) ops_packer_needed=xz ;;
    *.zst) ops_packer_needed=zstd ;;
    *.lz4) ops_packer_needed=lz4 ;;
    *) return 0 ;;
  esac
  command -v "$ops_packer_needed" >/dev/null || echo "$ops_packer_needed"
}
ops_hollow() {
  [ -f "$1" ] && [ ! -L "$1" ] || return 0
  ops_first_bytes=$(ops_unpacked "$1" | { head -c 4097; cat >/dev/null; } | od -An -v -tx1 | tr -d ' \n')
  case $1 in *.gz | *.tgz | *.bz2 | *.tbz | *.tbz2 | *.xz | *.txz | *.zst | *.lz4) ops_packed_or_plain=packed ;; *) ops_packed_or_plain=plain ;; esac
  if [ -z "$ops_first_bytes" ]; then
    [ $ops_packed_or_plain = packed ] || return 0
    # A damaged stream holds no bytes either: only a whole one is known to hold nothing.
    if ops_unpacked "$1" >/dev/null; then echo 'it unpacks to nothing'; return 0; fi
    # Where the program is not installed, the size of a stream of no bytes tells.
    case $1,$(stat -c %s -- "$1") in
      *.bz2,14 | *.tbz,14 | *.tbz2,14) command -v bzip2 >/dev/null || echo 'it unpacks to nothing' ;;
      *.xz,32 | *.txz,32) command -v xz >/dev/null || echo 'it unpacks to nothing' ;;
    esac
    return 0
  fi
  case $1 in *.tar | *.tgz | *.tbz | *.tbz2 | *.txz | *.tar.*)
    case ${ops_first_bytes%"${ops_first_bytes#????????????????????????????????}"} in 00000000000000000000000000000000) echo 'it is an archive without a file' ;; esac
    return 0 ;;
  esac
  case $1 in *.sql | *.dump | *.sql.* | *.dump.*) ;; *) return 0 ;; esac
  [ ${#ops_first_bytes} -le 8192 ] || return 0
  # A warning before a small dump does not make it nothing.
  ! ops_unpacked "$1" | grep -qE '^(--|/\*|CREATE|INSERT|COPY|SET|PGDMP)' || return 0
  ops_first_line=$(ops_unpacked "$1" | head -n 1 | cut -c 1-200 | tr -d '\000-\037')
  case $ops_first_line in
    mysqldump:* | mariadb-dump:* | mysql:* | mariadb:* | pg_dump:* | pg_dumpall:* | psql:* | sqlite3:* | ldapsearch:* | sh:* | bash:* | /bin/*:* | /usr/*:* | \
    ERROR* | Error* | error:* | FATAL* | fatal:* | Usage:* | usage:* | *'command not found'* | *'Access denied for user'*)
      echo "it holds only a message: $ops_first_line" ;;
  esac
}
