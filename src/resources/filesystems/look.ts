/** What the looks at disks and file systems have in common: records on the host, findings here. */
import type { Finding } from '../../engine/resource.ts'
import { library, type ShellLibrary } from '../../shell/library.ts'
import type { Shell } from '../../shell/sh.ts'

/** How strict the looks are. */
export interface FilesystemLimits {
  /** Percent of a file system's space that may be used. */
  readonly space: number
  /** Percent of its inodes that may be used. */
  readonly inodes: number
  /** How far back the kernel's log counts. */
  readonly days: number
  /** The structure of these devices alone; all that are not in use when empty. */
  readonly devices: readonly string[]
  /** Mount points that are left out. */
  readonly except: readonly string[]
}

/** One record that the host printed: its kind, then its fields. */
export type LookRecord = readonly [kind: string, ...fields: string[]]

/** One way to look. The shell prints records, fields parted by tabs; the judgement is made here. */
export interface FilesystemLook {
  readonly doc: string
  readonly library: readonly ShellLibrary[]
  probe(limits: FilesystemLimits): Shell
  findings(records: readonly LookRecord[], limits: FilesystemLimits): readonly Finding[]
}

/** Reads what a look printed. Throws on text that is no record. */
export function readRecords(observation: string): readonly LookRecord[] {
  return observation
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [kind = '', ...fields] = line.split('\t')
      if (!/^[a-z]+$/.test(kind)) throw new TypeError(`not a record of a look at file systems: ${line}`)
      return [kind, ...fields]
    })
}

/** What a look could not look at: told by the records, so that a strict step can decide on it. */
export function missedFindings(records: readonly LookRecord[]): readonly Finding[] {
  return recordsOf(records, 'missed').map(([what = '']) =>
    finding(`could not look at ${what}`, undefined, 'make that possible, or do without `strict`'),
  )
}

/** The notes of a look: what was looked at, and what was not. `strict` tells the latter as findings. */
export function lookNotes(detail: string, strict: boolean): readonly string[] {
  const lines = detail.split('\n')
  const after = (kind: string): readonly string[] =>
    [...new Set(lines)].flatMap(line => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []))
  const [looked, left, missed] = [after('looked'), after('left'), after('missed')]
  return [
    ...(looked.length > 0 ? [`looked at: ${clipped(looked)}`] : detail === '' ? [] : ['looked at: nothing']),
    ...(left.length > 0 ? [`left out: ${clipped(left)}`] : []),
    ...(strict ? [] : missed.map(what => `could not look at ${what}`)),
  ]
}

const shownEach = 24

function clipped(all: readonly string[]): string {
  const rest = all.length - shownEach
  return [...all.slice(0, shownEach), ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ')
}

/** Fields of the records of one kind; missing ones are empty. */
export function recordsOf(records: readonly LookRecord[], kind: string): readonly (readonly string[])[] {
  return records.flatMap(([each, ...fields]) => (each === kind ? [fields] : []))
}

/** Seconds since 1970 as people read them; undefined for what is no time. */
export function timeText(seconds: string | undefined): string | undefined {
  const number = Number(seconds)
  if (seconds === undefined || !Number.isFinite(number) || number <= 0) return undefined
  return `${new Date(number * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** A finding, with its time only where there is one. */
export function finding(what: string, seconds: string | undefined, next: string): Finding {
  const since = timeText(seconds)
  return { what, ...(since !== undefined && { since }), next }
}

/** The kernel and fstab write blanks in paths as `\040`. */
export function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_whole, digits: string) => String.fromCharCode(parseInt(digits, 8)))
}

/**
 * - `ops_missed TEXT` records and tells what could not be looked at: a finding where the step is strict, and never silence.
 * - `ops_looked TEXT` tells a person what was, `ops_left TEXT` what the look leaves out of itself.
 * - `ops_told LOOK ...` runs a look and makes a detail of these, which are no part of the decision where nothing is missed.
 * - `ops_all_mounts` prints the mounts of every mount namespace that is in sight.
 * - `ops_block_devices` prints the devices that nothing else is built on, `ops_filesystem_type DEVICE` what is on one.
 * - `ops_kernel_log DAYS` prints `SECONDS TEXT` of the kernel's messages; fails where they cannot be read.
 * - `ops_alive COMMAND ...` runs what may be silent for long, and gives signs of life on fd 7.
 */
export const filesystemLookLibrary = library('filesystem-look')`
  ops_tab=$(printf '\t')
  ops_newline='
'
  ops_missed() { printf 'missed\t%s\n' "$1"; }
  ops_looked() { printf 'looked\t%s\n' "$1"; }
  ops_left() { printf 'left\t%s\n' "$1"; }
  ops_told() {
    ops_told=$("$@") || return 1
    printf '%s\n' "$ops_told" | sed -e '/^looked	/d' -e '/^left	/d' -e '/^$/d'
    ! ops_wants_detail || printf '%s\n' "$ops_told" |
      sed -n -e 's/^looked	/looked /p' -e 's/^left	/left /p' -e 's/^missed	/missed /p' | ops_detail 0
  }
  ops_all_mounts() {
    ops_files=$(stat -L -c '%i %n' /proc/[0-9]*/ns/mnt 2>/dev/null |
      awk '!seen[$1]++ { sub("ns/mnt$", "mountinfo", $2); print $2 }')
    cat /proc/self/mountinfo $ops_files 2>/dev/null || :
  }
  ops_block_devices() {
    for ops_a in /sys/class/block/*; do
      ops_b=\${ops_a##*/}
      case $ops_b in ram*|zram*|sr[0-9]*|fd[0-9]*) continue;; esac
      [ -b "/dev/$ops_b" ] && read -r ops_n <"$ops_a/size" && [ "$ops_n" != 0 ] || continue
      set -- "$ops_a"/holders/*
      [ -e "$1" ] || echo "/dev/$ops_b"
    done 2>/dev/null
  }
  # 2: there is nothing on it that blkid knows; other codes: it could not be asked.
  ops_filesystem_type() { blkid -p -o value -s TYPE -u filesystem,other,raid,crypto -- "$1" 2>/dev/null; }
  # 0 as well where it can be read and has nothing of these days.
  ops_kernel_log() {
    ops_log= ops_log_of=
    if command -v journalctl >/dev/null; then
      ops_log=$(journalctl -q --no-pager -o short-unix --since="-$1d" _TRANSPORT=kernel 2>/dev/null |
        sed -n 's/^\([0-9]*\)[^ ]* [^ ]* kernel: /\1 /p')
      [ -z "$ops_log" ] || ops_log_of=journal
    fi
    if [ -z "$ops_log" ]; then
      ops_log=$(dmesg 2>/dev/null) && [ -n "$ops_log" ] || return 1
      ops_log_of=dmesg
      ops_log=$(printf '%s\n' "$ops_log" | awk -v days="$1" '
        FNR == NR { if ($1 == "btime") boot = $2; next }
        FILENAME == "/proc/uptime" { now = boot + int($1); next }
        match($0, /^(<[0-9]+>)?\[ *[0-9]+\.[0-9]+\] /) {
          at = substr($0, 1, RLENGTH); gsub(/^<[0-9]+>|[^0-9.]/, "", at); at = boot + int(at)
          if (at > now - days * 86400) print at " " substr($0, RLENGTH + 1)
        }' /proc/stat /proc/uptime -)
    fi
    [ -z "$ops_log" ] || printf '%s\n' "$ops_log"
  }
  ops_alive() {
    "$@" 7>&- & ops_child=$!
    ( trap 'kill "$ops_nap"; exit' TERM
    while kill -0 "$ops_child" 2>/dev/null; do sleep 5 & ops_nap=$!; wait "$ops_nap"; echo "ops: still looking" >&7; done ) >/dev/null 2>&1 &
    ops_ticker=$!
    ops_code=0
    wait "$ops_child" || ops_code=$?
    kill "$ops_ticker" 2>/dev/null || :
    wait "$ops_ticker" 2>/dev/null || :
    return "$ops_code"
  }
`
