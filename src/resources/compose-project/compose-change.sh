# The functions of `compose-change`, as change.ts describes them.
ops_compose_up() (
  set +e
  ops_compose_at=$1 ops_compose_name=$2 ops_compose_once=" $5 " ops_compose_new_env='' ops_compose_unsure=''
  ops_compose_find >/dev/null || ops_compose_fail "docker compose cannot be called ($(ops_compose_find))"
  # shellcheck disable=SC2086 # names without blanks
  ops_compose_take $3
  cd -- "$1" || ops_compose_fail "$1 may not be entered"
  # Whether something ran before that could run again.
  ops_compose_ran=
  [ -z "$8" ] || ops_compose_ran=$(docker ps -q --filter "label=com.docker.compose.project=$8")
  set -- "$4" "$6" "$7"
  ops_compose_start "$@" && exit 0
  ops_compose_first=$ops_compose_why ops_compose_mine=
  for ops_compose_file in compose.yaml .env; do
    ! ops_changed "$ops_compose_at/$ops_compose_file" || ops_compose_mine="$ops_compose_mine${ops_compose_mine:+ and }$ops_compose_file"
  done
  [ -n "$ops_compose_ran" ] && [ -n "$ops_compose_mine" ] || ops_compose_fail "$ops_compose_first"
  for ops_compose_file in compose.yaml .env; do
    ops_restore "$ops_compose_at/$ops_compose_file" || ops_compose_fail "$ops_compose_first; and $ops_compose_at/$ops_compose_file could not be put back" 96
  done
  ops_compose_start missing '' "$3" || ops_compose_fail "$ops_compose_first; $ops_compose_mine was put back, but then: $ops_compose_why" 96
  ops_compose_fail "$ops_compose_first; $ops_compose_mine was put back, and its services are up" 97
)
ops_compose_folder() {
  (ops_go_making "$1") || { ops_go_making "$1" || :; ops_fail "$1: $ops_why; nothing was changed"; }
}
ops_compose_fail() { echo "ops: $ops_compose_at: $1" >&2; exit "${2:-1}"; }
# PULL ORPHANS SECONDS: 1 with the reason in ops_compose_why.
ops_compose_start() {
  ops_compose_seconds=$3
  set -- "$1" ${2:+--remove-orphans}
  case $1 in missing) shift;; *) ops_compose_pull=$1; shift; set -- --pull "$ops_compose_pull" "$@";; esac
  ops_compose_said=$(ops_compose_call up -d --quiet-pull "$@" 2>&1 </dev/null)
  ops_compose_code=$?
  ops_compose_model_text=$(ops_compose_model 2>/dev/null) || ops_compose_code=1
  ops_compose_name=$(printf '%s\n' "$ops_compose_model_text" | sed -n 's/^name: //p' | tr -d "\"'")
  ops_compose_wanted=$(printf '%s\n' "$ops_compose_model_text" | ops_compose_list)
  if [ "$ops_compose_code" != 0 ]; then
    printf '%s\n' "$ops_compose_said" >&2
    ops_compose_blame
    ops_compose_why="docker compose up failed: $(printf '%s\n' "$ops_compose_said" | grep -v '^ *Container\|^$' | tail -n 1)"
    return 1
  fi
  ops_compose_wait
}
# Until all services are as they should be, and have been for two seconds in which none was started again.
ops_compose_wait() {
  ops_compose_end=$(($(date +%s) + ops_compose_seconds)) ops_compose_same=0 ops_compose_was=
  while :; do
    ops_compose_seen=$(ops_compose_containers ' {{.ID}} {{.State.StartedAt}} {{.RestartCount}}') || { ops_compose_why='docker does not tell what runs'; return 1; }
    ops_compose_seen=$(printf '%s\n' "$ops_compose_wanted" "$ops_compose_seen" | awk '$1 == "service" { wanted[$2] } $1 == "container" && $2 in wanted')
    ops_compose_states=$(printf '%s\n' "$ops_compose_wanted" "$ops_compose_seen" | ops_compose_progress) ops_compose_nap=0.5
    case $ops_compose_states in
      *' bad '*) break;;
      '') if [ "$ops_compose_seen" = "$ops_compose_was" ]; then ops_compose_same=$((ops_compose_same + 1)); else ops_compose_same=0; fi
        ops_compose_nap=1 ;;
      *) ops_compose_same=0;;
    esac
    [ "$ops_compose_same" -lt 2 ] || return 0
    if [ "$(date +%s)" -ge "$ops_compose_end" ]; then
      [ -z "$ops_compose_states" ] || break
      # They run at this moment, and are started again and again.
      ops_compose_states=$(printf '%s\n' "$ops_compose_seen" | awk '$11 > 0 { print $2, "waits ends again and again" }')
      [ -z "$ops_compose_states" ] || break
    fi
    ops_compose_was=$ops_compose_seen
    sleep "$ops_compose_nap" 2>/dev/null || sleep 1
  done
  ops_compose_blame
  ops_compose_why="$(printf '%s\n' "$ops_compose_states" | awk '{ name = $1; $1 = $2 = ""; sub(/^ +/, ""); printf "%s%s %s", sep, name, $0; sep = ", " }')"
  case $ops_compose_states in *' bad '*) ;; *) ops_compose_why="$ops_compose_why after $ops_compose_seconds s";; esac
  return 1
}
# `SERVICE bad|waits WORDS` of each that is not up.
ops_compose_progress() {
  awk -v once="$ops_compose_once" '
    $1 == "service" { order[++services] = $2; count[$2] = $3 }
    $1 == "container" && $2 in count {
      running_once = index(once, " " $2 " ") > 0
      seen[$2]++
      if ($6 == "running" && $7 == "unhealthy") state[$2] = "bad is unhealthy"
      else if ($6 == "running" && $7 == "starting") state[$2] = "waits is not healthy"
      else if ($6 == "running" && running_once) state[$2] = "waits has not ended"
      else if ($6 == "running" || ($6 == "exited" && running_once && $8 == 0)) next
      else if ($6 == "exited") state[$2] = "bad ended with exit code " $8
      else if ($6 == "paused") state[$2] = "bad is paused"
      else if ($6 == "restarting") state[$2] = "waits ends again and again, with exit code " $8
      else state[$2] = "waits is " $6
    }
    END {
      for (at = 1; at <= services; at++) {
        name = order[at]
        if (name in state) print name, state[name]
        else if (seen[name] + 0 < count[name]) print name, "waits is missing"
      }
    }'
}
# The last lines of each container that is not up.
ops_compose_blame() {
  for ops_compose_id in $(ops_compose_container_ids); do
    ops_compose_line=$(docker inspect --format '{{index .Config.Labels "com.docker.compose.service"}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}} {{.State.ExitCode}}' "$ops_compose_id" 2>/dev/null)
    case $ops_compose_line in
      *' running '*healthy*) case $ops_compose_line in *unhealthy*) ;; *) continue;; esac ;;
      *' running  '* | *' exited  0' | '') continue ;;
    esac
    docker logs --tail 10 "$ops_compose_id" 2>&1 | sed "s/^/${ops_compose_line%% *} | /" >&2
    docker inspect --format '{{if .State.Health}}{{range .State.Health.Log}}{{.Output}}{{println}}{{end}}{{end}}' "$ops_compose_id" 2>/dev/null | grep -v '^$' | tail -n 3 | sed "s/^/${ops_compose_line%% *} | its check: /" >&2
  done
}
# PATH NAME: all of its containers and networks go; its volumes and files stay.
ops_compose_down() (
  set +e
  ops_compose_at=$1
  ops_compose_find >/dev/null || ops_compose_fail "docker compose cannot be called ($(ops_compose_find))"
  ops_compose_stage=$(mktemp -d) && cd "$ops_compose_stage" || exit 1
  # shellcheck disable=SC2086 # words
  ops_compose_said=$($ops_compose --ansi never -p "$2" down --remove-orphans 2>&1 </dev/null)
  ops_compose_code=$?
  cd / && rmdir "$ops_compose_stage"
  [ "$ops_compose_code" = 0 ] || { printf '%s\n' "$ops_compose_said" >&2; ops_compose_fail "docker compose down failed: $(printf '%s\n' "$ops_compose_said" | tail -n 1)"; }
)
