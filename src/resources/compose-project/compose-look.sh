# The functions of `compose-look`, as look.ts describes them.
ops_compose_newline='
'
# Sets ops_compose to the words that call compose; says what is in the way where there is none, or nothing answers it.
ops_compose_find() {
  if ! command -v docker >/dev/null; then echo program=none; return 1; fi
  case $(docker --version 2>&1) in *odman*) echo program=podman; return 1;; esac
  ops_compose='docker compose'
  ops_compose_version=$(docker compose version --short 2>/dev/null) || {
    ops_compose=docker-compose
    ops_compose_version=$(docker-compose version --short 2>/dev/null) || ops_compose_version=none
  }
  case ${ops_compose_version#v} in
    [2-9].* | [1-9][0-9].*) ;;
    [01].*) printf 'program=%s\n' "$ops_compose_version"; return 1;;
    *) echo program=docker; return 1;;
  esac
  ops_compose_answer=$(docker version --format '{{.Server.Version}}' 2>&1) && return
  printf 'engine=%s\n' "$(printf '%s\n' "$ops_compose_answer" | tail -n 1)"
  return 1
}
# WORD...: of the project ops_compose_name (may be empty) in ops_compose_at, of the files that ops_compose_take named.
ops_compose_call() {
  # shellcheck disable=SC2086 # words
  $ops_compose --ansi never --project-directory "$ops_compose_at" ${ops_compose_name:+-p "$ops_compose_name"} $ops_compose_flags "$@"
}
# FILE...: as seen from here; none: as compose finds them.
ops_compose_take() {
  ops_compose_flags=
  for ops_compose_file; do ops_compose_flags="$ops_compose_flags -f $ops_compose_file"; done
}
# PATH: what compose calls a project in there, unless it is told otherwise.
ops_compose_by_folder() { printf %s "${1##*/}" | tr A-Z a-z | tr -cd 'a-z0-9_-' | sed 's/^[_-]*//'; }
# The project as compose understands it, with all that it reads from elsewhere: its own `config --hash` leaves out what services
# take from an env_file, and so is another one than that of the containers, unless it is asked about this text.
ops_compose_model() {
  if [ -n "$ops_compose_new_env" ]; then ops_compose_call --env-file /dev/stdin config <&7; else ops_compose_call config </dev/null; fi
}
# Whether there is a compose file where compose would find it; without, it would go on in the folders above.
ops_compose_is_there() {
  for ops_compose_file in ${1:-compose.yaml compose.yml docker-compose.yml docker-compose.yaml}; do
    [ ! -f "$2/$ops_compose_file" ] || return 0
  done
  [ -z "$1" ] && grep -qs '^COMPOSE_FILE=' "$2/.env"
}
# PATH [own]: whether nobody but root and we can set what is in this file, where it is there; `own`: its mode is set by us.
ops_compose_sure_file() {
  ops_sure "$1" || return 1
  [ -e "$1" ] || return 0
  ops_compose_real=$(readlink -f -- "$1") && ops_sure "$ops_compose_real" || return 1
  ops_compose_entry=$(stat -c '%u %g %a %U' -- "$ops_compose_real") || { ops_why="$1 cannot be looked at"; return 1; }
  set -- "${2:-}" $ops_compose_entry
  case $2 in 0 | "$ops_self") ;; *) ops_why="$ops_compose_real belongs to $5"; return 1;; esac
  ops_bits=00$4
  case $1/$3/${ops_bits#"${ops_bits%??}"} in own/* | */0/?[0145]) ;; */[2367]? | */?[2367]) ops_why="others may write in $ops_compose_real"; return 1;; esac
}
# PATH FILES ENV: whether that is so of all files that compose reads by itself; of what these name in turn, the compose file has to know.
ops_compose_sure() {
  ops_compose_sure_file "$1/.env" ${3:+own} || return 1
  for ops_compose_file in ${2:-compose.yaml compose.yml docker-compose.yml docker-compose.yaml compose.override.yaml compose.override.yml docker-compose.override.yml docker-compose.override.yaml $(sed -n 's/^COMPOSE_FILE=//p' "$1/.env" 2>/dev/null | tr -d "\"'" | tr ':' ' ')}; do
    case $ops_compose_file in /*) ;; *) ops_compose_file=$1/$ops_compose_file;; esac
    ops_compose_sure_file "$ops_compose_file" || return 1
  done
}
ops_compose_look() (
  ops_compose_at=$2 ops_compose_name=$3 ops_compose_once=" $8 " ops_compose_new_env='' ops_compose_unsure=''
  ops_compose_said=$(
    if [ "$1" = absent ] && [ -n "$3" ]; then ops_sure "$2/.env"; else ops_compose_sure "$2" "$4" "$6"; fi || printf %s "${ops_why:-$2 cannot be looked at}"
  )
  [ -z "$ops_compose_said" ] || { printf 'refused=%s\n' "$ops_compose_said"; return 0; }
  ops_compose_find || return 0
  # shellcheck disable=SC2086 # names without blanks
  ops_compose_take $4
  ops_compose_stage=$(mktemp -d) || return 1
  trap 'rm -rf "$ops_compose_stage"' EXIT
  if [ -d "$2" ]; then cd -- "$2" || return 1; fi
  if [ "$1" = absent ]; then
    if [ -z "$3" ] && ops_compose_is_there "$4" "$2"; then
      ops_compose_name=$(ops_compose_call config </dev/null 2>"$ops_compose_stage/said" | sed -n 's/^name: //p' | tr -d "\"'")
      [ -n "$ops_compose_name" ] || { echo "ops: $2: what it is called cannot be told; give its \`name\`" >&2; cat "$ops_compose_stage/said" >&2; return 1; }
    elif [ -z "$3" ]; then ops_compose_name=$(ops_compose_by_folder "$2")
    fi
    ops_compose_seen=$(ops_compose_containers '') || return 1
    printf 'name=%s\n' "$ops_compose_name"
    printf '%s\n' "$ops_compose_seen" | ops_compose_judge
    return
  fi
  if [ -n "$5" ]; then
    [ -f "$2/$4" ] && printf %s "${5#=}" | cmp -s - "$2/$4" || {
      printf %s "${5#=}" >"$ops_compose_stage/compose.yaml" || return 1
      ops_compose_take "$ops_compose_stage/compose.yaml"
    }
  elif ! ops_compose_is_there "$4" "$2"; then echo 'lacks=no compose file'; return 0
  fi
  if [ -n "$6" ] && ! { [ -f "$2/.env" ] && printf %s "${6#=}" | cmp -s - "$2/.env"; }; then
    # No file with this name ever holds it.
    command exec 7<>"$ops_compose_stage/env" && rm "$ops_compose_stage/env" && printf %s "${6#=}" >&7 || return 1
    ops_compose_new_env=yes
  fi
  ops_compose_model_text=$(ops_compose_model 2>"$ops_compose_stage/said") || {
    ops_compose_said=$(tail -n 1 "$ops_compose_stage/said")
    ops_compose_model_text=
    # Where an env_file is the .env that is yet to come, it is found elsewhere; the configurations are not the true ones then.
    if [ -n "$ops_compose_new_env" ] && [ ! -e "$2/.env" ] && ln -s /dev/stdin "$ops_compose_stage/.env"; then
      ops_compose_at=$ops_compose_stage ops_compose_unsure=yes
      case $ops_compose_newline${5#=} in *"${ops_compose_newline}name:"*) ;; *) ops_compose_name=${3:-$(ops_compose_by_folder "$2")};; esac
      ops_compose_model_text=$(ops_compose_model 2>/dev/null)
      ops_compose_at=$2
    fi
    [ -n "$ops_compose_model_text" ] || { printf 'lacks=%s\n' "$ops_compose_said"; return 0; }
  }
  sed -n 's/.*The \\"\([A-Za-z0-9_]*\)\\" variable is not set.*/unset=\1/p' "$ops_compose_stage/said" | sort -u
  ops_compose_told "$7"
)
# FLAGS: `known NAME` of each service, also of the profiles that are not asked for: their containers are no orphans.
ops_compose_known() {
  ops_compose_flags=$1
  if [ -n "$ops_compose_new_env" ]; then ops_compose_call --env-file /dev/stdin --profile '*' config --services <&7; else ops_compose_call --profile '*' config --services </dev/null; fi |
    sed 's/^/known /'
}
# Whether there is a container of another service than those that are wanted.
ops_compose_has_others() {
  printf '%s\n' "$ops_compose_services" "$ops_compose_seen" | awk '$1 == "service" { wanted[$2] } $1 == "container" && !($2 in wanted) { others = 1 } END { exit !others }'
}
# PULL: what is to be told of the project in ops_compose_model_text.
ops_compose_told() {
  ops_compose_name=$(printf '%s\n' "$ops_compose_model_text" | sed -n 's/^name: //p' | tr -d "\"'")
  printf 'name=%s\n' "$ops_compose_name"
  printf '%s\n' "$ops_compose_model_text" | awk '
    /^[^ ]/ { section = $1 }
    section == "services:" && /^  [^ ]/ { service = $1; gsub(/[:"\047]/, "", service) }
    section == "services:" && /^    build:/ { print "built=" service }'
  ops_compose_services=$(printf '%s\n' "$ops_compose_model_text" | ops_compose_list) || return 1
  ops_compose_files=$ops_compose_flags ops_compose_others=
  ops_compose_take -
  ops_compose_hashes=$(printf '%s\n' "$ops_compose_model_text" | ops_compose_call --profile '*' config --hash '*') || return 1
  # Services may share an image, which is asked about once.
  ops_compose_images=$(
    printf '%s\n' "$ops_compose_services" | awk 'NF && !seen[$4]++ { print $4 }' | while read -r ops_compose_image; do
      ops_compose_id=$(docker image inspect --format '{{.Id}}' "$ops_compose_image" 2>/dev/null) || ops_compose_id=-
      printf 'image %s %s\n' "$ops_compose_image" "$ops_compose_id"
      [ "$ops_compose_id" != - ] || printf 'gone=%s\n' "$ops_compose_image" >>"$ops_compose_stage/gone"
      [ "$1" != always ] || ops_compose_newer "$ops_compose_image" >>"$ops_compose_stage/newer" || exit 1
    done
  ) || return 1
  ops_compose_wanted=$(
    printf '%s\n' "$ops_compose_services"
    printf '%s\n' "$ops_compose_hashes" | sed 's/^/hash /'
    printf '%s\n' "$ops_compose_images" "$ops_compose_services" | awk '
      $1 == "image" { id[$2] = $3 }
      $1 == "service" { print "image", $2, id[$4] }'
  )
  # What has just been started is on its way to be healthy.
  ops_compose_polls=40
  while :; do
    ops_compose_seen=$(ops_compose_containers '') || return 1
    if [ -z "$ops_compose_others" ] && ops_compose_has_others; then
      ops_compose_others=$(ops_compose_known "$ops_compose_files" 2>/dev/null)
      ops_compose_wanted=$(printf '%s\n' "$ops_compose_wanted" "$ops_compose_others")
    fi
    ops_compose_verdict=$(printf '%s\n' "$ops_compose_wanted" "$ops_compose_seen" | ops_compose_judge) || return 1
    case $ops_compose_verdict in *' starting'*) ;; *) break;; esac
    [ "$ops_compose_polls" -gt 0 ] || break
    ops_compose_polls=$((ops_compose_polls - 1))
    sleep 0.5 2>/dev/null || sleep 1
  done
  [ -z "$ops_compose_verdict" ] || printf '%s\n' "$ops_compose_verdict"
  [ -n "$ops_compose_seen" ] || echo containers=none
  for ops_compose_list_file in gone newer; do
    [ ! -e "$ops_compose_stage/$ops_compose_list_file" ] || sort -u "$ops_compose_stage/$ops_compose_list_file"
  done
}
# `service NAME COUNT IMAGE` of each, from the text that compose writes.
ops_compose_list() {
  awk '
    function bare(word) { gsub(/^["\047]|["\047]$/, "", word); return word }
    function tell() { if (service != "") print "service", service, count, image != "" ? image : project "-" service; service = "" }
    /^[^ ]/ { tell(); section = $1; if (section == "name:") project = bare($2) }
    section != "services:" { next }
    /^  [^ ]/ { tell(); service = $1; sub(/:$/, "", service); service = bare(service); count = 1; image = key = "" }
    /^    [^ -]/ { key = $1 }
    /^    image: / { image = bare($2) }
    /^    scale: / || (key == "deploy:" && /^      replicas: /) { count = bare($2) }
    END { tell() }'
}
ops_compose_container_ids() { docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$ops_compose_name" --filter label=com.docker.compose.oneoff=False; }
# `container SERVICE HASH IMAGE-OF-COMPOSE IMAGE STATE HEALTH CODE PLACE` of each container of the project, with $1 behind its code.
ops_compose_containers() {
  ops_compose_ids=$(ops_compose_container_ids) || return 1
  [ -n "$ops_compose_ids" ] || return 0
  # shellcheck disable=SC2086 # words
  docker inspect --format "{{\$l := .Config.Labels}}container {{or (index \$l \"com.docker.compose.service\") \"-\"}} {{or (index \$l \"com.docker.compose.config-hash\") \"-\"}} {{or (index \$l \"com.docker.compose.image\") \"-\"}} {{.Image}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}-{{end}} {{.State.ExitCode}}$1 {{index \$l \"com.docker.compose.project.working_dir\"}}" $ops_compose_ids
}
# Reads what is wanted (nothing: that there is none) and what is there.
ops_compose_judge() {
  awk -v once="$ops_compose_once" -v unsure="$ops_compose_unsure" '
    function is_once(name) { return index(once, " " name " ") > 0 }
    function tells(name, state) { if (!(name in told)) { told[name] = state; print "service=" name " " state } }
    $1 == "service" { order[++services] = $2; count[$2] = $3 }
    $1 == "known" { known[$2] }
    $1 == "hash" { hash[$2] = $3 }
    $1 == "image" { image[$2] = $3 }
    $1 == "container" {
      name = $2
      seen[name]++
      if (!(name in count)) { if (!(name in orphan || name in known)) orphans[++others] = name; orphan[name] = 1 }
      else {
        if (unsure != "" || $3 != hash[name]) configured[name] = 1
        if (image[name] != "-" && $4 != image[name] && $5 != image[name]) other[name] = 1
        state = $6 == "running" ? ($7 == "unhealthy" || $7 == "starting" ? $7 : "") : $6 == "exited" || $6 == "created" || $6 == "dead" ? "stopped" : $6
        if (is_once(name) && $6 == "exited") state = $8 == 0 ? "" : "ended with exit code " $8
        if (is_once(name) && $6 == "running") state = ""
        if (state != "") bad[name] = state
      }
      for (field = 1; field <= 8; field++) sub(/^[^ ]+ /, "")
      if ($0 != "") places[$0] = 1
    }
    END {
      for (at = 1; at <= services; at++) {
        name = order[at]
        if (seen[name] + 0 == 0 && count[name] > 0) tells(name, "missing")
        else if (seen[name] + 0 != count[name]) tells(name, seen[name] " times, not " count[name])
        else if (name in configured) tells(name, "other configuration")
        else if (name in other) tells(name, "other image")
        else if (name in bad) tells(name, bad[name])
      }
      for (at = 1; at <= others; at++) print "orphan=" orphans[at]
      for (place in places) print "place=" place
    }' | ops_compose_places
}
# Keeps of `place=` those that are another folder.
ops_compose_places() {
  while IFS= read -r ops_compose_line; do
    case $ops_compose_line in place=*)
      # shellcheck disable=SC3013 # dash, bash and busybox know -ef
      [ "${ops_compose_line#place=}" = "$ops_compose_at" ] || [ "${ops_compose_line#place=}" -ef "$ops_compose_at" ] || printf '%s\n' "$ops_compose_line" ;;
    *) printf '%s\n' "$ops_compose_line" ;;
    esac
  done
}
# IMAGE: `newer=` it where its registry has another one behind that name than the host.
ops_compose_newer() {
  case $1 in *@sha256:*) return 0;; esac
  ops_compose_have=$(docker image inspect --format '{{range .RepoDigests}}{{.}} {{end}}' "$1" 2>/dev/null) || return 0
  # It was built or brought here by hand, and comes from no registry.
  [ -n "${ops_compose_have% }" ] || return 0
  ops_compose_there=$(docker buildx imagetools inspect "$1" 2>&1) || {
    printf 'ops: the registry cannot be asked for %s: %s\n' "$1" "$(printf '%s\n' "$ops_compose_there" | tail -n 1)" >&2
    return 1
  }
  ops_compose_there=$(printf '%s\n' "$ops_compose_there" | sed -n 's/^Digest: *//p' | head -n 1)
  case $ops_compose_have in *"@${ops_compose_there:-none} "*) ;; *) printf 'newer=%s\n' "$1";; esac
}
