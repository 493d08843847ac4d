# The functions of `openpgp`, as look.ts describes them.
ops_pgp_bare() {
  if LC_ALL=C grep -q '^-----BEGIN PGP PUBLIC KEY BLOCK-----' "$1"; then
    ops_pgp_block_number=1
    while ops_armored=$(ops_pgp_block "$1" $ops_pgp_block_number) && [ -n "$ops_armored" ]; do
      printf '%s\n' "$ops_armored" | base64 -d || return 1
      ops_pgp_block_number=$((ops_pgp_block_number + 1))
    done
    [ $ops_pgp_block_number -gt 1 ]
  else cat -- "$1"
  fi
}
# FILE NUMBER: the base64 of that block.
ops_pgp_block() {
  tr -d '\r' <"$1" | awk -v wanted="$2" '
    /^-----BEGIN PGP PUBLIC KEY BLOCK-----/ { number++; head = 1; body = 0; next }
    /^-----END/ { head = 0; body = 0; next }
    head && /^[ \t]*$/ { head = 0; body = 1; next }
    body && /^=/ { body = 0 }
    body && number == wanted { print }'
}
ops_pgp_keys() {
  ops_pgp_packets=$(od -An -v -tu1 -- "$1" | awk '
    { for (i = 1; i <= NF; i++) byte[count++] = $i }
    function number(width, value) { while (width-- > 0) value = value * 256 + byte[at++]; return value }
    function header(first, width) {
      first = byte[at++]
      if (first < 128) return -1
      if (first < 192) {
        kind = int((first - 128) / 4); width = first % 4
        if (width == 3) return -1
        size = number(width == 0 ? 1 : width * 2)
        return 0
      }
      kind = first - 192; size = byte[at++]
      if (size >= 192 && size < 224) size = (size - 192) * 256 + byte[at++] + 192
      else if (size == 255) size = number(4)
      else if (size >= 224) return -1
      return 0
    }
    END {
      while (at < count) {
        if (header() < 0 || at + size > count) exit 1
        # A secret key is nothing to hand out.
        if (kind == 5 || kind == 7) exit 1
        if (kind == 6) { if (byte[at] != 4) exit 1; found = 1; print at, size }
        at += size
      }
      if (!found) exit 1
    }') || return 1
  printf '%s\n' "$ops_pgp_packets" | while read -r ops_at ops_size; do
    {
      # shellcheck disable=SC2059 # bytes are written by their numbers
      printf "\\231$(printf '\\%03o\\%03o' $((ops_size / 256)) $((ops_size % 256)))"
      tail -c "+$((ops_at + 1))" -- "$1" | head -c "$ops_size"
    } | sha1sum | cut -c 1-40
  done | tr a-f A-F | sort -u
}
