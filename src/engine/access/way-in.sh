# The functions of `access-way-in`, as way-in-shell.ts describes them.
  # AREA PATH...: tells them, and adds them to ops_named.
  ops_stands_on() {
    ops_area=$1; shift
    for ops_way_path; do ops_named="$ops_named$ops_way_path$ops_newline"; echo "way=$ops_area $ops_way_path"; done
  }
  # What an answer was made from: added to ops_reads.
  ops_way_reads() { for ops_read_path; do ops_reads="$ops_reads$ops_read_path$ops_newline"; echo "read=$ops_read_path"; done; }
  # AREA FOLDER PATTERN...: what the words of an include mean, and the files that they lead to now, in ops_found.
  ops_way_globs() {
    ops_area=$1 ops_folder=$2; shift 2
    for ops_way_glob; do
      ops_way_glob=${ops_way_glob#\"} ops_way_glob=${ops_way_glob%\"}
      case $ops_way_glob in /*) ;; *) ops_way_glob=$ops_folder/$ops_way_glob ;; esac
      echo "glob=$ops_area $ops_way_glob"
      # Whether a single file is there tells its own name; of a folder like /etc each change would be news.
      case $ops_way_glob in *[*?[]*) ops_way_reads "${ops_way_glob%/*}" ;; *) ops_way_reads "$ops_way_glob" ;; esac
      set +f
      IFS=$ops_newline
      for ops_way_file in $ops_way_glob; do [ ! -f "$ops_way_file" ] || { ops_found=$ops_found$ops_way_file$ops_newline; ops_stands_on "$ops_area" "$ops_way_file"; }; done
      unset IFS
      set -f
    done
  }
  # AREA FOLDER PROGRAM FILE...: follows includes; the program of sed prints what a line includes.
  ops_way_includes() {
    ops_area=$1 ops_folder=$2 ops_sed=$3; shift 3
    ops_rounds=0
    ops_way_reads "$@"
    while [ "$#" -gt 0 ] && [ "$ops_rounds" -lt 8 ]; do
      ops_found= ops_rounds=$((ops_rounds + 1))
      ops_words=$(sed -nE "$ops_sed" "$@" 2>/dev/null)
      [ -z "$ops_words" ] || ops_way_globs "$ops_area" "$ops_folder" $ops_words
      IFS=$ops_newline
      set -- $ops_found
      unset IFS
      ops_way_reads "$@"
    done
  }
  # Who came, from the nearest program above that sshd has told.
  ops_way_who() {
    ops_way_pid=$$ ops_user= ops_connection=
    while [ "${ops_way_pid:-0}" -gt 1 ] && { read -r ops_stat <"/proc/$ops_way_pid/stat"; } 2>/dev/null; do
      if [ -z "$ops_connection" ]; then
        ops_way_environ=$ops_newline$(tr '\000' '\n' <"/proc/$ops_way_pid/environ" 2>/dev/null)$ops_newline
        case $ops_way_environ in
          *"$ops_newline"SSH_CONNECTION=*)
            ops_connection=${ops_way_environ#*"$ops_newline"SSH_CONNECTION=} ops_connection=${ops_connection%%"$ops_newline"*}
            ops_user=${ops_way_environ#*"$ops_newline"USER=} ops_user=${ops_user%%"$ops_newline"*} ;;
        esac
      fi
      while IFS=: read -r ops_cgroup_number ops_cgroup_controllers ops_cgroup_path; do
        case $ops_cgroup_number$ops_cgroup_controllers in 0 | *=systemd) echo "cgroup=$ops_cgroup_path" ;; esac
      done <"/proc/$ops_way_pid/cgroup"
      set -- ${ops_stat##*) }
      ops_way_pid=$2
    done 2>/dev/null
    [ -n "$ops_user" ] || ops_user=${SUDO_USER:-$(id -un)}
  }
  ops_way_account() {
    ops_line=$(getent passwd "$ops_user")
    ops_home=${ops_line%:*} ops_home=${ops_home##*:} ops_shell=${ops_line##*:}
    ops_way_reads /etc/passwd /etc/group
    echo "user=$ops_user"; echo "home=$ops_home"; echo "groups=$(id -Gn "$ops_user" 2>/dev/null)"
    ops_stands_on account "$ops_home" "$ops_home/.ssh" "${ops_shell:-/bin/sh}" /bin/sh /etc/passwd /etc/shadow /etc/group /etc/nsswitch.conf
    case ${ops_shell##*/} in
      bash) set -- "$ops_home/.bashrc" /etc/bash.bashrc ;;
      zsh) set -- "$ops_home/.zshenv" /etc/zsh/zshenv /etc/zshenv ;;
      fish)
        ops_way_globs account / "$ops_home/.config/fish/conf.d/*.fish" "/etc/fish/conf.d/*.fish"
        set -- "$ops_home/.config/fish/config.fish" /etc/fish/config.fish ;;
      *csh) set -- "$ops_home/.cshrc" "$ops_home/.tcshrc" /etc/csh.cshrc ;;
      *) set -- "$ops_home/.kshrc" ;;
    esac
    ops_stands_on account "$@" "$ops_home/.ssh/rc" "$ops_home/.ssh/environment" "$ops_home/.pam_environment" /etc/ssh/sshrc /etc/environment /etc/ld.so.preload
    ops_way_includes account "$ops_home" 's#(~|\$HOME|\$\{HOME\})/#'"$ops_home"'/#; s#.*(^|[[:space:];&])(\.|source)[[:space:]]+"?(/[^"[:space:];&|)]+).*#\3#p' "$@"
  }
  ops_way_sshd() {
    ops_stands_on ssh /etc/ssh/sshd_config /run/sshd /etc/nologin /run/nologin /etc/hosts.allow /etc/hosts.deny
    ops_way_includes ssh /etc/ssh 's/^[[:space:]]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][[:space:]=]+//p' /etc/ssh/sshd_config
    ops_program_path=$(command -v sshd) || return 0
    ops_stands_on ssh "$ops_program_path"
    set -- $ops_connection
    ops_sshd_words=$("$ops_program_path" -T -C "user=$ops_user,host=${1:-localhost},addr=${1:-127.0.0.1},laddr=${3:-127.0.0.1},lport=${4:-22}" 2>/dev/null |
      sed -nE '/^(authorized|trusted|revoked|host(key|certificate) |chroot|forcecommand|allowgroups|sshd[a-z]*path)/{ s#%h#'"$ops_home#g; s#%u#$ops_user#g; s#%U#$(id -u "$ops_user")"'#g; s#%%#%#g; p; }')
    for ops_sshd_word in $ops_sshd_words; do
      case $ops_sshd_word in
        authorizedkeysfile) ops_key=$ops_home ;;
        allowgroups) ops_key=group ;;
        authorized* | trusted* | revoked* | host* | chroot* | forcecommand | sshd*) ops_key= ;;
        none) ;;
        /*) ops_stands_on ssh "$ops_sshd_word" ;;
        *) case $ops_key in group) echo "group=$ops_sshd_word" ;; /*) ops_stands_on ssh "$ops_key/$ops_sshd_word" ;; esac ;;
      esac
    done
  }
  ops_way_sudo() {
    ops_program_path=$(command -v sudo) && ops_stands_on sudo "$ops_program_path"
    ops_stands_on sudo /etc/sudoers /etc/sudo.conf /usr/libexec/sudo /usr/lib/sudo
    ops_named_before=$ops_named
    ops_way_includes sudo /etc 's#^[[:space:]]*[@\#]includedir[[:space:]]+(.*[^/])/*$#\1/*#p; s#^[[:space:]]*[@\#]include[[:space:]]+##p' /etc/sudoers
    ops_sudoers_files=${ops_named#"$ops_named_before"}
    (IFS=$ops_newline; grep -hoE '%:?[A-Za-z0-9_.-]+' /etc/sudoers $ops_sudoers_files 2>/dev/null) | sort -u | sed 's/^%:*/group=/'
  }
  ops_way_pam() {
    set +f; set -- "$@" /etc/pam.d/common-*; set -f
    ops_way_reads "$@"
    # shellcheck disable=SC2046 # one word for each file
    ops_stands_on ssh "$@" $(grep -hvE '^[[:space:]]*#|pam_(motd|mail|lastlog)' "$@" 2>/dev/null | grep -oE '[[:space:]=]/[^] ]+' | sort -u | sed 's/^.//')
    ! grep -qs '^[^#]*pam_access' "$@" || echo pam=access
  }
  # WAYS READS, each a list of lines: who came from where, where the ways lead, and what the files that were read are like.
  ops_way_stamp() {
    IFS=$ops_newline ops_way_files=$1 ops_read_files=$2
    { echo "$ops_user ${ops_connection%% *}"; stat -c '%N %i %f' -- $ops_way_files; TZ=UTC0 stat -L -c '%n %i %s %z' -- $ops_read_files; } 2>&1 | sha256sum
    unset IFS
  }
  # STAMP WAYS READS PATH...: of an answer that is known already only its stamp is looked at again.
  ops_way_in() {
    ops_newline='
' ops_named= ops_reads= ops_claimed=
    set -f
    ops_stamp=$1 ops_way_paths=$2 ops_read=$3
    shift 3
    for ops_claimed_path; do ops_claimed="$ops_claimed$ops_claimed_path$ops_newline"; done
    ops_way_who
    if [ -n "$ops_stamp" ] && [ "$(ops_way_stamp "$ops_way_paths" "$ops_read")" = "$ops_stamp" ]; then echo way-in=same
    else
      echo way-in=new
      ops_way_account
      ops_way_sshd
      ops_pam_sudo=
      if [ "$ops_user" != "$(id -un)" ]; then ops_way_sudo; ops_pam_sudo=/etc/pam.d/sudo; fi
      ops_way_pam /etc/pam.d/sshd $ops_pam_sudo
      echo "stamp=$(ops_way_stamp "$ops_named" "$ops_reads")"
    fi
    echo names=
    IFS=$ops_newline
    set -- $ops_claimed $ops_named
    set +f
    unset IFS
    if [ "$#" = 0 ]; then :
    elif command -v namei >/dev/null; then namei -- "$@" 2>/dev/null
    else for ops_way_path; do echo "f: $ops_way_path"; echo "= $(readlink -f "$ops_way_path")"; done
    fi
    :
  }
