/** The kind of resource that holds now and at boot: what runs, and a line in a file of its own in a folder that systemd reads. */
import { basename } from 'node:path'
import type { z } from 'zod'
import type { Claim } from '../../engine/claims.ts'
import { printed } from '../../engine/printed.ts'
import type { Example } from '../../engine/resource.ts'
import { resource } from '../../engine/step.ts'
import type { ShellLibrary } from '../../shell/library.ts'
import { type Shell, sh } from '../../shell/sh.ts'
import { lackingDirectory } from '../paths/look.ts'
import { neededProgram } from '../paths/needed-program.ts'
import { ownFile, ownFileFound, ownFileImpossible, ownFileKeys } from '../paths/own-file.ts'
import { bootChangeLibrary } from './change.ts'
import {
  type AtBoot,
  type BootLine,
  bootKeys,
  bootLines,
  bootLookLibrary,
  bootPlaces,
  cameTo,
  takenOut,
  unreadAtBoot,
  withOwnLine,
} from './look.ts'

/** A `value`, where there is more than one, is left out with `state: 'absent'`: `.refine(...neededUnlessAbsent('value'))`. */
export interface Held {
  readonly value?: string | undefined
  readonly state: 'present' | 'absent'
}

/** What only this one knows; all else is the same for whatever holds now and at boot. */
export interface NowAndAtBoot<Params extends Held, Input> {
  readonly type: string
  readonly doc: string
  readonly params: z.ZodType<Params, Input>
  readonly examples: readonly [Example<Input>, Example<Input>, ...Example<Input>[]]
  identity(params: Params): string
  /** Who goes on with a value when its file is gone: `the kernel`. */
  readonly holder: string
  /** `ownShell(type, text)` of its `.sh` file, with the functions that `tells` and `sets` call. */
  readonly library: readonly ShellLibrary[]
  /** Where its file is read at boot, as `sysctl.d`, and the service of systemd that does so. */
  readonly folder: string
  readonly service: string
  /** Name of its file, without a slash and another for each that differs; with `zz` before the rest it is read after those of others. */
  file(params: Params): string
  /** What runs then; left out, it is the param `value`. */
  wanted?(params: Params): string
  /** What stands in that file. */
  line(value: string, params: Params): string
  /**
   * Prints `now=VALUE` on one line, or no such line where there is none, and `cannot=SENTENCE` where this host cannot have it set.
   * `ops_boot_tell FILE NAME` does both for a file of /proc or /sys; `ops_boot_note SENTENCE` tells people something.
   */
  tells(params: Params): Shell
  /**
   * The function with its first words; the value to set is its last. Refuses by `ops_fail` what is not taken. `ops_boot_set FILE NAME`
   * writes a file of /proc or /sys, and says what the kernel made of the value where that is another.
   */
  sets(params: Params): Shell
  /** The program that `tells` and `sets` call, and the package of Debian that brings it where that has another name. */
  readonly needs?: readonly [program: string, packageName?: string]
  /** A regular expression of awk, without backslashes, for the lines that may set it, however they spell it. */
  pattern(params: Params): string
  /** All files of the folder matter, not only those that are read after its own: two names set one thing, or a first line counts. */
  readsAll?(params: Params): boolean
  /** What these lines come to at boot: `lastThatSets(lines, valueIn)` where the last one counts. */
  atBoot(lines: readonly BootLine[], params: Params): AtBoot | undefined
  /** The one spelling of a value, whether params, what runs or a file at boot say it: `plainNumbers`. */
  plain?(value: string, params: Params): string
  /** What of the running system no other step may set. */
  owns(params: Params): readonly Claim[]
  /** What setting it moves, where that is more. */
  affects?(params: Params): readonly Claim[]
  reads?(params: Params): readonly Claim[]
  /** Lines for people beside the plan of setting it; `now` is what runs, undefined where there is nothing. */
  notes?(now: string | undefined, value: string, params: Params): readonly string[]
}

const read = printed(...ownFileKeys, ...bootKeys)

/** What `ops_boot_note` tells. */
const noteLine = /^note=(.*)\n/m

/** A resource that sets what runs and what is read at boot, and says where another file has the last word. */
export function nowAndAtBoot<Params extends Held, Input>(kind: NowAndAtBoot<Params, Input>) {
  const { folder, service, plain = value => value, needs: needed } = kind
  const fileOf = (params: Params) => `/etc/${folder}/${kind.file(params)}`
  const wantedOf = (params: Params) => {
    const value = params.state === 'absent' ? undefined : (kind.wanted?.(params) ?? params.value)
    return value === undefined ? undefined : plain(value, params)
  }
  const lineOf = (params: Params) => {
    const value = wantedOf(params)
    return value === undefined ? undefined : kind.line(value, params)
  }
  const comeTo = (lines: readonly BootLine[], params: Params) =>
    cameTo(lines, wantedOf(params), some => {
      const last = kind.atBoot(some, params)
      return last && { ...last, value: last.value === takenOut ? takenOut : plain(last.value, params) }
    })
  /** Of a file that is read later, why its own would not have the last word. */
  const overruledBy = (lines: readonly BootLine[], params: Params): string => {
    const value = wantedOf(params)
    if (value === undefined) return ''
    const last = comeTo(withOwnLine(lines, fileOf(params), kind.line(value, params)), params)
    if (last === undefined || last.value === value) return ''
    const name = kind.identity(params)
    const does = last.value === takenOut ? `takes ${name} out` : `sets ${name} to ${last.value || 'nothing'}`
    return last.why ?? `${last.by} is read later at boot and ${does}: change it there`
  }
  return resource({
    type: kind.type,
    doc: kind.doc,
    undone: `Its file is put back as it was. ${kind.holder.replace(/^./, letter => letter.toUpperCase())} goes on with the value of the run, and the plan says which.`,
    params: kind.params,
    examples: kind.examples,
    identity: kind.identity,
    library: [...kind.library, bootLookLibrary, bootChangeLibrary],
    refuses: true,
    probe: params => sh`
      ops_tell_own ${fileOf(params)} && ops_boot_reader ${service} || return
      ${needed === undefined ? kind.tells(params) : sh`! ops_boot_has ${needed[0]} || ${kind.tells(params)}`} || return
      ops_boot_lines ${folder} ${kind.readsAll?.(params) ? '' : basename(fileOf(params))} ${kind.pattern(params)}`,
    parse: (observation, params) => {
      const { lines: told, now, ...found } = ownFileFound(read(observation))
      const lines = bootLines(told)
      const boot = found.reader === 'yes' ? comeTo(lines, params)?.value : undefined
      return {
        ...found,
        ...(now !== undefined && { now: plain(now, params) }),
        ...(typeof boot === 'string' && { boot }),
        overruled: overruledBy(lines, params),
      }
    },
    desired: params => ({ ...ownFile(lineOf(params)), now: wantedOf(params), boot: wantedOf(params) }),
    impossible: ({ cannot, reader, overruled, ...found }, params) => {
      const other = ownFileImpossible(fileOf(params), found)
      if (other !== undefined || wantedOf(params) === undefined) return other
      return String(cannot || unreadAtBoot(folder, service, reader) || overruled || '') || undefined
    },
    lasting: ({ cannot }, params) =>
      cannot === undefined || wantedOf(params) === undefined ? undefined : String(cannot),
    needs: ({ program }, params) =>
      needed === undefined || program !== 'none' || wantedOf(params) === undefined
        ? undefined
        : neededProgram(...needed),
    lacks: detail => lackingDirectory(detail.replace(noteLine, '')),
    apply: ({ actual }, params) => {
      const [file, value] = [fileOf(params), wantedOf(params)]
      if (value === undefined) return [sh`ops_remove ${file}`]
      const [line, was] = [kind.line(value, params), actual.now === undefined ? '' : `=${actual.now}`]
      return [sh`ops_boot_hold ${file} ${line} ${value} ${was} ${kind.sets(params)}`]
    },
    wayBack: ({ actual }, params) => {
      const { value: _value, ...named } = params
      const value = wantedOf(params)
      if (value === undefined || actual.file !== 'absent') return 'files'
      const stays = `${kind.holder} goes on with ${value}; ${actual.now === undefined ? 'there was nothing' : `it was ${actual.now}`}`
      return {
        params: { ...named, state: 'absent' },
        left: ownFile(kind.line(value, params)),
        withFiles: true,
        ...(actual.now !== value && { stays }),
      }
    },
    owns: params => [`path:${fileOf(params)}`, ...kind.owns(params)],
    affects: params => [
      `path:${fileOf(params)}`,
      ...(params.state === 'absent' ? [] : (kind.affects ?? kind.owns)(params)),
    ],
    reads: params => [...bootPlaces(folder), `unit:${service}`, ...(kind.reads?.(params) ?? [])],
    notes: (detail, params, _said, change) => {
      const value = wantedOf(params)
      if (value === undefined)
        return change ? ['what runs is left as it is: ops cannot know what it was before'] : []
      const [, told] = noteLine.exec(detail) ?? []
      const now = change?.actual.now
      const more = change && kind.notes?.(now === undefined ? now : String(now), value, params)
      return [...(told === undefined ? [] : [told]), ...(more ?? [])]
    },
  })
}
