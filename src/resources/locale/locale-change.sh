# The functions of `locale-change`, as change.ts describes them.
# LANG NAME...: all of them generated, and LANG what new logins and services get.
ops_locale() (
  set +e
  ops_lang=$1
  ops_lines= ops_first_part=
  for ops_locale_name in $(ops_locale_missing "$@"); do
    # With its character set, as locale.gen(5) wants it.
    ops_supported_line=$(awk -v name="$ops_locale_name" '$1 == name { print $1, $2; exit }' /usr/share/i18n/SUPPORTED 2>/dev/null)
    [ -n "$ops_supported_line" ] || ops_fail "$ops_locale_name: this host knows no such locale (/usr/share/i18n/SUPPORTED lists them); nothing was changed"
    ops_lines="$ops_lines$ops_supported_line$ops_newline"
  done
  if [ -n "$ops_lines" ]; then
    ops_write /etc/locale.gen -- ops_locale_asked "$ops_lines" || exit
    ops_said=$(locale-gen 2>&1) || ops_fail "locale-gen failed: ${ops_said##*"$ops_newline"}"
    ops_first_part=ops_then
  fi
  $ops_first_part ops_write /etc/default/locale -- ops_locale_lang "$ops_lang"
)
# LINES: /etc/locale.gen with them, each where it stands as a comment, else at the end.
ops_locale_asked() {
  { printf '%s\n' "$1"; cat -- "$ops_old"; } | awk '
    !listed && /^$/ { listed = 1; next }
    !listed { wanted[$0]; order[++count] = $0; next }
    {
      bare = $0; sub(/^[# \t]+/, "", bare); sub(/[ \t]+$/, "", bare)
      if (bare in wanted) { if (!(bare in done)) print bare; done[bare]; next }
      print
    }
    END { for (i = 1; i <= count; i++) if (!(order[i] in done)) print order[i] }'
}
# NAME: the file of settings with LANG= of that name; other settings stay.
ops_locale_lang() {
  { printf 'LANG=%s\n' "$1"; [ -z "$ops_old" ] || cat -- "$ops_old"; } | awk '
    NR == 1 { line = $0; next }
    /^[ \t]*(export[ \t]+)?LANG=/ { if (!done) print line; done = 1; next }
    { print }
    END { if (!done) print line }'
}
