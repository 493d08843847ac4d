# The functions of `apt-look`, as look.ts describes them.
  ops_nl='
'
  # NAME, into ops_left_over and into ops_policy_block with ops_heading: made anew by each look, from what dpkg and apt tell it.
  ops_apt_lines_of() { return 1; }
  ops_apt_policy_of() { return 1; }
  ops_apt_read() {
    ops_apt_names=$* ops_policy=
    command -v dpkg-query >/dev/null || { echo 'this host has no dpkg: packages of apt cannot be managed here' >&2; return 1; }
    # By bare names, which find every architecture: dpkg knows no NAME:amd64 of a package for all of them.
    for ops_apt_name; do shift; set -- "$@" "${ops_apt_name%%:*}"; done
    ops_pkgs=$(dpkg-query -W -f '${Package} ${Architecture} ${db:Status-Want} ${db:Status-Status}\n' dpkg "$@" 2>/dev/null) || [ $? = 1 ] || { dpkg-query -W dpkg >/dev/null; return 1; }
    ops_table=$(printf '%s\n' "$ops_pkgs" | awk '
      $1 == "dpkg" && native == "" { native = $2 }
      { lines[$1] = lines[$1] substr($0, length($1) + 2) "\n" }
      END {
        print "ops_native=" native "\nops_apt_lines_of() { case $1 in"
        for (name in lines) print "\047" name "\047) ops_left_over=\047" lines[name] "\047 ;;"
        print "*) ops_left_over= ;;\nesac; }"
      }') && [ -n "$ops_table" ] || return 1
    eval "$ops_table"
    ops_run=complete
    for ops_dpkg_update in /var/lib/dpkg/updates/[0-9]*; do
      [ ! -e "$ops_dpkg_update" ] || ops_apt_holder >/dev/null || ops_run=interrupted
    done
  }
  # NAME[:ARCH] into ops_package_status, ops_want, and ops_words: what apt calls it, for each architecture where it is not absent. A
  # bare name is that of this host's architecture to be present, and of every one to be absent. apt calls a package for
  # all architectures by its bare name, and knows NAME:amd64, NAME:native and NAME:any of it.
  ops_apt_status() {
    ops_package_status=absent ops_want= ops_words= ops_other= ops_bare_name=${1%%:*} ops_asked_arch=
    case $1 in *:*) ops_asked_arch=${1#*:} ;; esac
    case $ops_asked_arch in native | all | "$ops_native") ops_asked_arch=native ;; '') [ "$ops_mode" != present ] && ops_asked_arch=any || ops_asked_arch=bare ;; esac
    ops_left_over=
    ops_apt_lines_of "$ops_bare_name"
    while [ -n "$ops_left_over" ]; do
      ops_status_line=${ops_left_over%%"$ops_nl"*} ops_left_over=${ops_left_over#*"$ops_nl"}
      ops_line_arch=${ops_status_line%% *} ops_status_line=${ops_status_line#* } ops_line_status=${ops_status_line#* } ops_apt_word=$ops_bare_name
      case $ops_line_arch in all | "$ops_native") ops_line_arch=native ;; *) ops_apt_word=$ops_bare_name:$ops_line_arch ;; esac
      case $ops_line_status in installed) ops_line_status=present ;; not-installed) ops_line_status=absent ;; config-files) [ "$ops_mode" = purge ] || ops_line_status=absent ;; esac
      case $ops_asked_arch,$ops_line_arch in
        any,* | bare,native) ;;
        bare,*) ops_other=$ops_other$ops_line_status; continue ;;
        *) [ "$ops_asked_arch" = "$ops_line_arch" ] || continue ;;
      esac
      [ "$ops_package_status" = present ] || { ops_package_status=$ops_line_status ops_want=${ops_status_line%% *}; }
      [ "$ops_line_status" = absent ] || ops_words="$ops_words $ops_apt_word"
    done
    # apt takes another architecture's where this host's has none.
    case $ops_asked_arch,$ops_package_status,$ops_other in bare,absent,*present*)
      ops_apt_choose "$1" || :
      case $ops_chosen in *:*) ops_apt_status "$ops_chosen" ;; esac ;;
    esac
  }
  ops_apt_holder() {
    for ops_lock_file in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock; do
      ops_inode=$(stat -c %i "$ops_lock_file" 2>/dev/null) || continue
      while read -r ops_lock_number ops_lock_kind ops_lock_manner ops_lock_access ops_pid ops_lock_inode ops_rest; do
        case $ops_lock_kind,$ops_lock_inode in POSIX,*:"$ops_inode") ;; *) continue ;; esac
        ops_lock_command=$(tr '\000' ' ' <"/proc/$ops_pid/cmdline" 2>/dev/null) || continue
        echo "process $ops_pid (${ops_lock_command% })"; return 0
      done </proc/locks
    done
    return 1
  }
  # Sets ops_stale to what the lists are instead.
  ops_apt_fresh() {
    ops_stale=
    [ -z "$ops_lacks" ] || ops_stale="without$ops_lacks"
    set -- /var/lib/apt/lists/*Packages*
    if [ -n "$ops_stale" ]; then :
    elif [ ! -e "$1" ]; then ops_stale=empty
    elif [ -n "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer /var/lib/apt/lists 2>/dev/null)" ]; then ops_stale='older than the sources'
    elif [ -z "$(find /var/lib/apt/lists /var/lib/apt/periodic/update-success-stamp -maxdepth 0 -mmin -1440 2>/dev/null)" ]; then ops_stale='older than a day'
    fi
    [ -z "$ops_stale" ]
  }
  # The same for all steps of one look, as it reads the lists' times but once.
  ops_apt_fresh_once() {
    if [ -n "$ops_lacks" ]; then ops_apt_fresh
    elif [ -n "${ops_is_fresh_known:-}" ]; then ops_stale=$ops_stale_known
    else ops_apt_fresh; ops_is_fresh_known=yes ops_stale_known=$ops_stale
    fi
    [ -z "$ops_stale" ]
  }
  # Which of these components the sources offer (ops_offered), and which they lack (ops_lacks).
  ops_apt_components() {
    ops_lacks= ops_offered=
    [ $# -gt 0 ] || return 0
    ops_components_offered=$ops_nl$(apt-get indextargets --format '$(COMPONENT)' 'Created-By: Packages')$ops_nl || return 1
    for ops_component; do
      case $ops_components_offered in *"$ops_nl$ops_component$ops_nl"*) ops_offered="$ops_offered $ops_component" ;; *) ops_lacks="$ops_lacks $ops_component" ;; esac
    done
  }
  ops_apt_choose() {
    ops_chosen=
    [ -n "$ops_policy" ] || ops_apt_ask_policy
    for ops_chosen_name in $1; do
      ops_apt_block "$ops_chosen_name" || continue
      case ${ops_policy_block#*Candidate: } in '(none)'*) ;; *) ops_chosen=$ops_heading; return 0 ;; esac
    done
    return 1
  }
  # Makes ops_apt_policy_of, which knows each heading: to look for one in all of the text takes a shell longer with each of them.
  ops_apt_ask_policy() {
    ops_policy=asked
    set -f
    ops_table=$(apt-cache -q -o Dir::Cache::pkgcache= policy $ops_apt_names 2>/dev/null | awk '
      function told(word) { return "\047" word "\047) ops_heading=\047" name "\047 ops_policy_block=\047" block "\047 ;;\n" }
      function keep(bare) {
        if (name == "") return
        exact = exact told(name)
        bare = name
        if (sub(/:[^:]*$/, "", bare) && !(bare in kept)) { kept[bare] = 1; others = others told(bare) }
      }
      /^[^ ]/ { keep(); name = $0; sub(/:$/, "", name); block = ""; next }
      { gsub(/\047/, "\047\\\047\047"); block = block $0 "\n" }
      END { keep(); print "ops_apt_policy_of() { case $1 in\n" exact others "*) return 1 ;;\nesac; }" }') && [ -n "$ops_table" ] || exit 1
    set +f
    eval "$ops_table"
  }
  # What apt-cache says of NAME[:ARCH], into ops_policy_block, and its heading, which is the name that apt takes.
  ops_apt_block() {
    case $1 in *:native | *:all | *:any | *:"$ops_native") ! ops_apt_policy_of "${1%:*}" || return 0 ;; esac
    ops_apt_policy_of "$1"
  }
  # Whether a source has it and a pin keeps every version of it out (apt_preferences(5)).
  ops_apt_pinned() {
    for ops_pinned_name in $1; do
      ops_apt_block "$ops_pinned_name" || continue
      case $ops_policy_block in *'Candidate: (none)'*' -'[0-9]*"$ops_nl"*) return 0 ;; esac
    done
    return 1
  }
  # The word for a name that no source has: virtual with its providers, unknown with what is spelled like it.
  ops_apt_unknown() {
    # One that is kept out may be provided by others as well.
    ! ops_apt_pinned "$1" || { echo pinned; return; }
    for ops_unknown_name in $1; do
      [ "$ops_unknown_name" != '|' ] || continue
      ops_providers=$(apt-cache -o Dir::Cache::pkgcache= showpkg "$ops_unknown_name" 2>/dev/null |
        awk 'on && !seen[$1]++ { printf " %s", $1 } /^Reverse Provides:/ { on = 1 }')
      [ -z "$ops_providers" ] || { echo "virtual$ops_providers"; return; }
    done
    ops_apt_fresh || { echo absent; return; }
    echo "unknown$(apt-cache -o Dir::Cache::pkgcache= pkgnames | awk -v wanted="${1%% *}" '
      function distance(a, b, i, j, best, corner, row) {
        for (j = 0; j <= length(b); j++) row[j] = j
        for (i = 1; i <= length(a); i++) {
          corner = row[0]; row[0] = i
          for (j = 1; j <= length(b); j++) {
            best = corner + (substr(a, i, 1) != substr(b, j, 1)); corner = row[j]
            if (row[j] + 1 < best) best = row[j] + 1
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1
            row[j] = best
          }
        }
        return row[length(b)]
      }
      { longer = length($1) - length(wanted) }
      longer >= -2 && longer <= 2 && substr($1, 1, 1) == substr(wanted, 1, 1) && distance($1, wanted) <= 2 { print distance($1, wanted), $1 }' |
      sort | awk 'NR < 4 { printf " %s", $2 }')"
  }
  ops_apt_look() {
    ops_index=$1 ops_mode=$2 ops_recommends_words=$3 ops_wanted_names=$4
    ops_apt_components $ops_wanted_names || return 1
    shift 4
    ops_bring_names= ops_later=
    echo "dpkg run=$ops_run"
    for ops_component in $ops_offered; do echo "component $ops_component=present"; done
    for ops_component in $ops_lacks; do echo "component $ops_component=absent"; done
    for ops_spec; do
      ops_best=absent ops_on_hold=
      for ops_spec_name in $ops_spec; do
        ops_apt_status "$ops_spec_name"
        [ "$ops_want" != hold ] || ops_on_hold=yes
        [ "$ops_package_status" = absent ] || ops_best=$ops_package_status
        [ "$ops_best" != present ] || break
      done
      case $ops_mode,$ops_best in
        present,absent)
          if [ -n "$ops_on_hold" ]; then ops_best=held
          elif ops_apt_choose "$ops_spec"; then ops_bring_names="$ops_bring_names $ops_chosen"
          else ops_best=$(ops_apt_unknown "$ops_spec") ops_later=later
          fi ;;
        present,* | *,absent) ;;
        *,present)
          ops_bring_names="$ops_bring_names$ops_words"
          [ -z "$ops_on_hold" ] || ops_best=held ;;
        *) ops_bring_names="$ops_bring_names$ops_words" ;;
      esac
      printf '%s=%s\n' "$ops_spec" "$ops_best"
    done
    case $ops_bring_names$ops_later,$ops_run in ,complete) return 0 ;; esac
    ops_wants_detail || return 0
    ops_apt_unfinished >/dev/null
    case $ops_mode in
      present) ops_apt_verb=install; [ -z "$ops_bring_names$ops_later" ] || ops_apt_fresh_once || ops_later=later ;;
      absent) ops_apt_verb=remove ;;
      *) ops_apt_verb=purge ;;
    esac
    case ${ops_put_off+put off},$ops_mode,$ops_later,$ops_run,${ops_half_way:-} in
      "put off,present,,complete,$ops_nl") ops_apt_put_off "$ops_index" "$ops_recommends_words" ;;
      *) ops_apt_tell "$ops_index" "$ops_apt_verb" "$ops_recommends_words" $ops_bring_names ;;
    esac
  }
