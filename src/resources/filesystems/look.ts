/** What the looks at disks and file systems have in common: records on the host, findings here. */
import type { Finding } from '../../engine/resource.ts'
import { libraryOf, type ShellLibrary } from '../../shell/library.ts'
import type { Shell } from '../../shell/sh.ts'
import lookText from './filesystem-look.sh'

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
export const filesystemLookLibrary = libraryOf('filesystem-look', lookText)
