# The functions of `service-look`, as look.ts describes them.
  ops_nl='
'
  # Old systemctl knows no --timestamp; whole seconds then err on the side of loading again.
  ops_unit_names=Id,LoadState,ActiveState,SubState,UnitFileState,InvocationID,MainPID,NRestarts,CanReload,CanFreeze,NeedDaemonReload,ControlGroup,ActiveEnterTimestampMonotonic,StateChangeTimestampMonotonic,InactiveExitTimestamp,Type,RemainAfterExit,CanStart,CanStop,FragmentPath,DropInPaths,SourcePath,WantedBy,RequiredBy,UpheldBy,BoundBy,TriggeredBy,BusName,ConditionResult
  ops_units() {
    ops_mark=$1
    shift
    [ -d /run/systemd/system ] && command -v systemctl >/dev/null || {
      echo 'systemd does not run on this host (a container?), so there are no services to look at' >&2
      return 1
    }
    ops_names= ops_files= ops_unit= ops_index=0 ops_asks_enabled= ops_unit_unread=
    for ops_unit_word; do
      case $ops_unit_word in
        /*) [ ! -f "$ops_unit_word" ] || ops_files=$ops_files$ops_unit_word$ops_nl ;;
        =*: | ^*) ;;
        =*) ops_asks_enabled=yes ;;
        *) ops_names="$ops_names $ops_unit_word" ;;
      esac
    done
    ops_unit_show $ops_names || return 1
    [ -z "$ops_asks_enabled" ] || ops_unit_read_all
    ops_unit_sums "$ops_files" || return 1
    for ops_unit_word in "$@" end; do
      case $ops_unit_word in
        /*) ops_unit_token "$ops_unit_word" || return 1 ;;
        =*) ops_wants_enabled=${ops_unit_word##*:} ops_on_change=${ops_unit_word%:*} ops_wants_running=${ops_on_change#*:} ops_on_change=${ops_on_change%:*} ops_on_change=${ops_on_change#=} ;;
        ^*) ops_ports="$ops_ports ${ops_unit_word#^}" ;;
        *)
          [ -z "$ops_unit" ] || ops_unit_print || [ -z "$ops_unit_unread" ] || return 1
          ops_unit=$ops_unit_word ops_tokens= ops_ports= ;;
      esac
    done
  }
  ops_unit_show() {
    ops_show=$(TZ=UTC systemctl --timestamp=us -p "$ops_unit_names" -- show "$@" 2>/dev/null) ||
      ops_show=$(TZ=UTC systemctl -p "$ops_unit_names" -- show "$@") || return 1
    ops_show=$ops_show$ops_nl$ops_nl ops_installs=$ops_nl
  }
  # Takes the next unit off ops_show: each property into a variable of its name, as patterns over the whole text cost more
  # with every property. Values are never evaluated.
  ops_unit_next() {
    ops_ifs_before=$IFS IFS=,
    for ops_property in $ops_unit_names; do eval "ops_has_$ops_property="; done
    IFS=$ops_nl
    set -f
    for ops_property in ${ops_show%%"$ops_nl$ops_nl"*}; do
      ops_property_name=${ops_property%%=*} ops_property_value=${ops_property#*=}
      case $ops_property_name in '' | *[!A-Za-z]*) ;; *) eval "ops_has_$ops_property_name=\$ops_property_value" ;; esac
    done
    set +f
    IFS=$ops_ifs_before
    ops_show=${ops_show#*"$ops_nl$ops_nl"}
    ops_unit_id=$ops_has_Id ops_load=$ops_has_LoadState ops_active=$ops_has_ActiveState
    ops_invocation=$ops_has_InvocationID ops_change=$ops_has_StateChangeTimestampMonotonic ops_pid=${ops_has_MainPID:-0}
    [ "$ops_load,$ops_has_NeedDaemonReload" != loaded,no ] || ! ops_unit_unread "$ops_unit_id" "$ops_has_FragmentPath" "$ops_has_DropInPaths" "$ops_has_CanFreeze" || ops_has_NeedDaemonReload=yes
  }
  # PROPERTY: sets ops_unit_value to its value.
  ops_unit_get() { eval "ops_unit_value=\$ops_has_$1"; }
  ops_unit_sums() {
    ops_sums=
    [ -n "$1" ] || return 0
    ops_sums=$ops_nl$(IFS=$ops_nl; set -f; ops_sum_files=$1; sha256sum -- $ops_sum_files)$ops_nl || return 1
  }
  # Adds what PATH holds now to ops_tokens; links are followed.
  ops_unit_token() {
    ops_token=
    if [ -f "$1" ]; then
      case $ops_sums in *"  $1$ops_nl"*) ;; *) echo "$1 changed while it was read" >&2; return 1 ;; esac
      ops_token=${ops_sums%%"  $1$ops_nl"*} ops_token=${ops_token##*"$ops_nl"}
    elif [ -d "$1" ]; then
      [ "$(find -L "$1" -maxdepth 9 -name '.ops.*' -prune -o -type f -print 2>/dev/null | head -n 2001 | wc -l)" -le 2000 ] || {
        echo "$1 holds more than 2000 files: follow the ones that matter" >&2
        return 1
      }
      ops_token=$(find -L "$1" -maxdepth 9 -name '.ops.*' -prune -o -type f -exec sha256sum {} + -o -type l -print | sort | sha256sum) || return 1
      ops_token=d${ops_token%% *}
    elif [ -e "$1" ]; then ops_token=special
    else ops_token=absent
    fi
    ops_tokens=$ops_tokens$ops_token\ $1$ops_nl
  }
  # Leaves in ops_unit_unread whether a file of it could not be read.
  ops_unit_print() {
    ops_unit_next
    ops_told=
    case $ops_load,$ops_active in
      not-found,inactive | not-found,failed)
        echo unit=absent
        ops_unit_to_come
        ops_unit_ports ;;
      *)
        echo "unit=$ops_load"
        ops_unit_running
        echo "running=$ops_is_running"
        [ -z "$ops_wants_enabled" ] || {
          ops_unit_enabled || { ops_unit_unread=yes; return 1; }
          echo "enabled=$ops_state"
          case $ops_wants_enabled,$ops_state,$ops_also in
            yes,yes,* | yes,indirect,* | no,no,* | *,) ;;
            *) ops_told=also=$ops_also$ops_nl ;;
          esac
        }
        [ "$ops_wants_running" != no ] || ops_unit_triggers
        ops_unit_get NeedDaemonReload
        if [ "$ops_unit_value" = yes ]; then echo definition=old; else ops_unit_limits; fi
        if [ -n "$ops_tokens" ]; then
          ops_why=
          ops_unit_owes || :
          if [ -z "$ops_why" ]; then echo loaded=yes; else echo loaded=no; fi
          [ -z "$ops_why" ] || ops_told=$ops_told$ops_why$ops_nl
        fi
        case $ops_active in inactive | failed) ops_unit_ports ;; esac
        ops_unit_get CanReload
        [ "$ops_on_change,$ops_unit_value,$ops_load" != reload,no,loaded ] || [ -z "$ops_tokens" ] || echo reload=no ;;
    esac
    # One detail a unit: a second one would take the place of the first.
    [ -z "$ops_told" ] || ! ops_wants_detail || printf %s "$ops_told" | ops_detail "$ops_index"
    [ -z "$ops_mark" ] || echo "$ops_mark"
    ops_index=$((ops_index + 1))
  }
  # Units that a generator may make at the next daemon-reload, of what is there already.
  ops_unit_to_come() {
    case $ops_unit in *.mount | *.automount | *.swap | systemd-cryptsetup@* | systemd-veritysetup@* | systemd-integritysetup@*) echo source=maybe; return ;; esac
    for ops_unit_source in "/etc/init.d/${ops_unit%.service}" /etc/containers/systemd/* /usr/share/containers/systemd/*; do
      [ ! -e "$ops_unit_source" ] || { echo source=maybe; return; }
    done
  }
  # What can never come about, by the unit's own definition.
  ops_unit_limits() {
    case $ops_wants_running in
      yes)
        ops_unit_get Type; ops_unit_type=$ops_unit_value
        ops_unit_get RemainAfterExit
        [ "$ops_unit_type,$ops_unit_value" != oneshot,no ] || echo oneshot=ends
        ops_unit_get CanStart
        case $ops_active,$ops_unit_value in inactive,no | failed,no) echo start=no ;; esac ;;
      no)
        ops_unit_get CanStop
        case $ops_active,$ops_unit_value in inactive,* | failed,*) ;; *,no) echo stop=no ;; esac ;;
    esac
  }
  # Adds to ops_told which socket, timer or path will start again what is to be stopped.
  ops_unit_triggers() {
    ops_unit_get TriggeredBy
    ops_wants_detail || return 0
    for ops_trigger in $ops_unit_value; do
      if systemctl -q is-active -- "$ops_trigger"; then ops_trigger_is=active
      else
        # Not by how is-enabled ends: well for static ones, too, which start nothing by themselves.
        case $(systemctl is-enabled -- "$ops_trigger" 2>/dev/null) in enabled*) ops_trigger_is=enabled ;; *) continue ;; esac
      fi
      ops_told="$ops_told$ops_trigger is $ops_trigger_is and may start $ops_unit again: a \`service\` step with running: false and enabled: false is for that one, too$ops_nl"
    done
  }
  # A unit that is still to start will not get a port that somebody else has: adds that to ops_told.
  ops_unit_ports() {
    [ -n "$ops_ports" ] && ops_wants_detail || return 0
    ops_held_ports=$(
      for ops_port in $ops_ports; do
        ops_held_by=$(ops_port_holder "$ops_unit_id" "$ops_port")
        [ -z "$ops_held_by" ] || echo "port $ops_port is held by $ops_held_by, not by $ops_unit"
      done | sort -u
    )
    [ -z "$ops_held_ports" ] || ops_told=$ops_told$ops_held_ports$ops_nl
  }
  # Sets ops_is_running. "Activating" is no answer: a unit on its way is not there yet, and one that comes up again and again has failed.
  ops_unit_running() {
    ops_unit_get SubState
    case $ops_active,$ops_unit_value in
      active,* | reloading,* | refreshing,*) ops_is_running=yes ;;
      failed,* | *,auto-restart*) ops_is_running=failed; return 0 ;;
      *) ops_is_running=no; return 0 ;;
    esac
    ops_unit_get NRestarts
    if [ "${ops_unit_value:-0}" -gt 0 ]; then
      ops_unit_get ActiveEnterTimestampMonotonic
      read -r ops_uptime ops_idle_time </proc/uptime
      # Both in hundredths of a second.
      [ $((${ops_uptime%.*}${ops_uptime#*.} - ops_unit_value / 10000)) -ge 200 ] || ops_is_running=failed
    fi
  }
  # Sets ops_why when the running unit may not have loaded what it follows now; returns 1 then.
  ops_unit_owes() {
    ops_why= ops_since= ops_known=
    case $ops_active in active | reloading | refreshing) ;; *) return 0 ;; esac
    if [ -r "/run/ops/loaded/$ops_unit_id" ]; then
      {
        read -r ops_recorded_invocation ops_recorded_change
        while IFS= read -r ops_known_line; do ops_known=$ops_known$ops_known_line$ops_nl; done
      } <"/run/ops/loaded/$ops_unit_id"
      [ "$ops_recorded_invocation" = "$ops_invocation" ] && ops_since=record
    fi
    if [ "$ops_since" = record ] && [ "$ops_recorded_change" = "$ops_change" ] && [ "$ops_known" = "$ops_tokens" ]; then return 0; fi
    if [ -z "$ops_since" ]; then
      ops_unit_get InactiveExitTimestamp
      ops_since=$ops_unit_value ops_known=
      [ -n "$(find /proc/self/. -maxdepth 0 -newermt "$ops_since" 2>/dev/null)" ] || {
        ops_why="no record of what $ops_unit has loaded, and by this host's clock it starts in the future"
        return 1
      }
    fi
    ops_rest=$ops_tokens
    while [ -n "$ops_rest" ]; do
      ops_line=${ops_rest%%"$ops_nl"*} ops_rest=${ops_rest#*"$ops_nl"}
      ops_followed=${ops_line#* }
      case $ops_nl$ops_known in
        *"$ops_nl$ops_line$ops_nl"*) [ "$ops_recorded_change" != "$ops_change" ] || continue ;;
        *" $ops_followed$ops_nl"*)
          ops_why="$ops_followed is not what $ops_unit has loaded"
          return 1 ;;
      esac
      if ops_unit_newer "${ops_line%% *}" "$ops_followed"; then
        case $ops_since in
          record) ops_why="$ops_followed was written after $ops_unit last loaded it, as far as is known" ;;
          *) ops_why="$ops_followed was written after $ops_unit started (by times: no record of what it has loaded)" ;;
        esac
        return 1
      fi
    done
  }
  ops_unit_newer() {
    ops_newer_in=$2 ops_depth=9
    [ "$1" != absent ] || ops_newer_in=${2%/*} ops_depth=0
    if [ "$ops_since" = record ]; then set -- -newer "/run/ops/loaded/$ops_unit_id" -o -cnewer "/run/ops/loaded/$ops_unit_id"
    else set -- -newermt "$ops_since" -o -newerct "$ops_since"
    fi
    [ -n "$(find -L "${ops_newer_in:-/}" -maxdepth $ops_depth -name '.ops.*' -prune -o \( "$@" \) -print -quit 2>/dev/null)" ]
  }
