# The functions of `waitFor`. A look ends with 0 where it answers, with 1 where it does not; then ops_now says what is there instead.
# HOST PORT: whether something listens there. A program that could not look is no answer.
ops_wait_port() {
  ops_now="nothing answers at port $2 of $1"
  if command -v bash >/dev/null; then
    ops_ended=0
    # shellcheck disable=SC2016
    timeout 5 bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2" 2>/dev/null </dev/null || ops_ended=$?
    case $ops_ended in 0) return 0 ;; 1 | 124 | 143) return 1 ;; esac
    printf 'ops: bash or timeout could not ask for port %s of %s: exit code %s\n' "$2" "$1" "$ops_ended" >&2
    exit 1
  elif command -v nc >/dev/null; then
    ops_ended=0
    nc -z -w 5 "$1" "$2" 2>/dev/null </dev/null || ops_ended=$?
    case $ops_ended in 0) return 0 ;; 1) return 1 ;; esac
    printf 'ops: nc could not ask for port %s of %s: exit code %s\n' "$2" "$1" "$ops_ended" >&2
    exit 1
  fi
  printf 'ops: neither bash nor nc is here to ask for a port\n' >&2
  exit 1
}
# Whether there is a program to ask a URL with.
ops_wait_tool() { command -v curl >/dev/null || command -v wget >/dev/null; }
# URL: sets ops_status, 000 without an answer, and ops_body where it is wanted (WANTS_BODY: yes). The URL is asked for as it is,
# braces and brackets too, and the host's own settings of curl and wget are left out: they could have it say something else.
ops_wait_ask() {
  ops_ended=0 ops_body=
  if command -v curl >/dev/null; then
    ops_answer=$(curl -q -g -sS --connect-timeout 5 --max-time 10 -w '\n%{http_code}' --url "$1" 2>/dev/null </dev/null) || ops_ended=$?
    case $ops_ended in
    0) ops_status=${ops_answer##*"$ops_wait_newline"} ops_body=${ops_answer%"$ops_wait_newline"*} ;;
    # Also what a service says that ends or begins in the middle of its answer: 8, 16, 18, 52, 55, 56, 92, 95.
    5 | 6 | 7 | 8 | 16 | 18 | 28 | 35 | 52 | 55 | 56 | 60 | 92 | 95 | 97) ops_status=000 ;;
    *) printf 'ops: curl could not ask %s: exit code %s\n' "$1" "$ops_ended" >&2; exit 1 ;;
    esac
    return 0
  fi
  ops_wait_options=
  case $(wget --version 2>&1) in *GNU*) ops_wait_options='--no-config --tries=1 --max-redirect=0' ;; esac
  # shellcheck disable=SC2086 # options
  ops_answer=$(wget -S -T 5 $ops_wait_options -O /dev/null "$1" 2>&1 </dev/null) || ops_ended=$?
  case $ops_ended in
  0 | 1 | 4 | 5 | 6 | 7 | 8) ops_status=$(printf '%s\n' "$ops_answer" | sed -n 's/.*HTTP\/[0-9.]* \([0-9][0-9][0-9]\).*/\1/p' | head -n 1) ;;
  *) printf 'ops: wget could not ask %s: exit code %s\n' "$1" "$ops_ended" >&2; exit 1 ;;
  esac
  ops_status=${ops_status:-000}
  # shellcheck disable=SC2086 # options
  [ "$2" != yes ] || [ "$ops_status" = 000 ] || ops_body=$(wget -q -T 5 $ops_wait_options -O - "$1" 2>/dev/null </dev/null) || :
}
ops_wait_newline='
'
# URL STATUS [TEXT]
ops_wait_url() {
  if [ $# -gt 2 ]; then ops_wait_ask "$1" yes; else ops_wait_ask "$1" no; fi
  if [ "$ops_status" = 000 ]; then
    ops_now="$1 does not answer"
  elif [ "$ops_status" != "$2" ]; then
    ops_now="$1 answers with status $ops_status, not $2"
  elif [ $# -gt 2 ]; then
    case $ops_body in *"$3"*) return 0 ;; esac
    ops_now="$1 answers without the text that is waited for"
  else
    return 0
  fi
  return 1
}
ops_wait_once() {
  case $1 in
  port) ops_wait_port "$2" "$3" ;;
  *) shift; ops_wait_url "$@" ;;
  esac
}
# KIND WORD...: one look, as lines for the decision; what is there instead is told to people.
ops_wait_tell() {
  if [ "$1" = url ] && ! ops_wait_tool; then
    echo answers=unasked
  elif ops_wait_once "$@"; then
    echo answers=yes
  else
    echo answers=no
    printf '%s\n' "$ops_now" >&2
  fi
}
# SECONDS KIND WORD...: asks again, ever less often, until it answers.
ops_wait() (
  set +e
  ops_until=$(($(date +%s) + $1)) ops_limit=$1 ops_pause=0.1
  shift
  if [ "$1" = url ] && ! ops_wait_tool; then
    printf 'ops: neither curl nor wget is here to ask %s; nothing was changed\n' "$2" >&2
    exit 98
  fi
  until ops_wait_once "$@"; do
    if [ "$(date +%s)" -ge "$ops_until" ]; then
      printf 'ops: after %s s: %s; nothing was changed\n' "$ops_limit" "$ops_now" >&2
      exit 98
    fi
    sleep "$ops_pause" 2>/dev/null || sleep 1
    case $ops_pause in 0.1) ops_pause=0.2 ;; 0.2) ops_pause=0.5 ;; 0.5) ops_pause=1 ;; *) ops_pause=2 ;; esac
  done
)
