import { afterAll, expect } from 'vitest'
import type { Step } from '../../../src/engine/step.ts'
import { exitMoved, exitRefused } from '../../../src/engine/step-error.ts'
import { resources } from '../../../src/resources/index.ts'
import {
  applyOf,
  askAll,
  linkPrograms,
  lookOf,
  type Said,
  type Verdict,
  verdictOf,
} from '../../conformance/by-shell.ts'
import { isChosen } from '../../conformance/host-case.ts'
import { cases } from '../../conformance/host-cases.ts'
import { mutations } from '../../conformance/hostile.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { diskPackages } from '../../recipes/disks.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import { faultClass } from '../instruments/fault-class.ts'
import { type OwnKernel, ownKernel, swapFolder } from '../instruments/own-kernel.ts'
import { pebble, type SpoiltCase, serverCases, serverPackages } from '../instruments/server-cases.ts'

/** What a change could touch, beside the folders of ops itself: names, contents, modes and owners of files; mounts, units, names. */
const picture = String.raw`find /etc /srv /home /root /usr/share/keyrings -xdev ! -path '*/.ops*' ! -name '.pwd.lock' ! -name '*-' \( \
-type d -printf '%p/ %m %U %G\n' -o -printf '%p %y %m %U %G %s %T@ %l\n' \) | sort
uname -n; cat /proc/self/mounts | grep -v ' /run' ; sysctl -n net.ipv4.tcp_rmem
systemctl is-active conforms conforms-unit; ls /etc/systemd/system/multi-user.target.wants
mariadb -BNe "show grants for conforms@192.0.2.7; show create database conforms_db" 2>&1; :`

const ownPicture = String.raw`find /etc/fstab ${swapFolder} \( -type d -printf '%p/ %m %U %G\n' -o -printf '%p %y %m %U %G %s %T@ %l\n' \) | sort; grep '^${swapFolder}/' /proc/swaps; :`

const numbers = (spell: (digits: string) => string) => (text: string) =>
  text.replaceAll(/(?<![\w.:/-])[1-9]\d*(?![\w.:/-])/g, spell)

/** Ways to spell what may mean the same. */
const spellings: Readonly<Record<string, (text: string) => string>> = {
  'with a blank before': text => ` ${text}`,
  'with a blank behind': text => `${text} `,
  'with two blanks for one': text => text.replaceAll(' ', '  '),
  'in capitals': text => text.toUpperCase(),
  'in small letters': text => text.toLowerCase(),
  'with hexadecimal numbers': numbers(digits => `0x${Number(digits).toString(16)}`),
  'with a zero before numbers': numbers(digits => `0${digits}`),
  'with a sign before numbers': numbers(digits => `+${digits}`),
}

const stateOf = (verdict: Verdict) => JSON.stringify('actual' in verdict ? verdict.actual : undefined)

interface Applied {
  readonly type: string
  readonly each: SpoiltCase
}

/** Those that are applied by themselves; OPS_RESOURCE names those to try, with commas between. */
const applied = Object.entries({ ...cases, ...serverCases }).flatMap(([type, each]): Applied[] =>
  'holds' in each && type in resources && isChosen(type) ? [{ type, each }] : [],
)
/** Why there is nothing to try: a resource with a suite of its own is proved there. */
const skip =
  applied.length > 0
    ? undefined
    : Object.keys(resources)
        .filter(isChosen)
        .flatMap(type => {
          const each = cases[type]
          return each && 'file' in each ? [`${type} is applied by test/${each.file} alone`] : []
        })
        .join(', ') || `none of ${process.env.OPS_RESOURCE} is applied by itself`

describeReal('programs of a host', () => {
  const host = useHost({
    storage: 'disk-without-sync',
    withPackages: [...diskPackages, ...serverPackages],
    ...(pebble !== undefined && { binds: [`${pebble}:/opt/pebble`] }),
  })
  let here: OwnKernel | undefined
  afterAll(() => here?.stop())
  /** Where a resource is tried: swap on this machine's own kernel. */
  const placeOf = (type: string) => {
    if (type === 'swapFile') here ??= ownKernel()
    return type === 'swapFile' && here ? here : host()
  }
  const make = (type: string, ...scripts: readonly string[]) =>
    placeOf(type).read(`${scripts.map(script => `( ${script}\n) >/dev/null 2>&1 </dev/null`).join('\n')}\n:`)

  const stepOf = (type: string, input: unknown): Step => {
    const step = resources[type]?.(input)
    if (step === undefined || step.problems.length > 0) throw new RangeError(`no sound step of ${type}`)
    return step
  }

  const looked = async (step: Step): Promise<Verdict> => {
    const [said] = await askAll(placeOf(step.resource.type), [{ step, text: lookOf(step) }])
    return verdictOf(step, said as Said)
  }

  /** Brings it about, as the engine would; why not, in words. */
  const mended = async (step: Step): Promise<string | undefined> => {
    const before = await looked(step)
    if (before.kind !== 'change') return before.kind === 'ok' ? undefined : before.why
    const [said] = await askAll(placeOf(step.resource.type), [{ step, text: applyOf(step, before.change) }])
    if (said?.code !== 0) return said?.stderr
    const after = await looked(step)
    return after.kind === 'ok' ? undefined : stateOf(after)
  }

  /** The looks of one state while each program that they start fails, or is not there. */
  const looks = async (step: Step): Promise<readonly string[]> => {
    const text = lookOf(step)
    const [traced, sound] = await askAll(placeOf(step.resource.type), [
      { step, text, traced: true },
      { step, text },
    ])
    if (traced === undefined || sound === undefined) throw new RangeError('nothing was asked')
    const truth = verdictOf(step, sound)
    const asked = traced.programs.flatMap(program =>
      (['fails', 'is missing'] as const).map(fault => ({ step, text, program, fault })),
    )
    const all = await askAll(placeOf(step.resource.type), asked)
    return all.flatMap((said, at) => {
      const seen = verdictOf(step, said)
      if (seen.kind === 'error' || (seen.kind === truth.kind && seen.kind === 'ok')) return []
      const { program, fault } = asked[at] ?? {}
      if (seen.kind === truth.kind && changes(seen) === changes(truth)) return []
      // It says that it does not know.
      if (/ (?:unknown|not told)/.test(changes(seen))) return []
      return [`${program} ${fault}: ${seen.kind} ${changes(seen)}, and not ${truth.kind} ${changes(truth)}`]
    })
  }

  let isReady = false
  const ready = async () => {
    if (isReady) return
    isReady = true
    await host().read(`mkdir -p /srv/c; cp /var/cache/apt/archives/tree_*.deb /root 2>/dev/null
  apt-get install -y -q --no-install-recommends git ruby </dev/null >/dev/null
  cd /var/cache/apt/archives && { ls tree_*.deb >/dev/null 2>&1 || apt-get download tree; }`)
    for (const { type, each } of applied) await make(type, ...(each.setUp === undefined ? [] : [each.setUp]))
    await linkPrograms(host())
    if (here) await linkPrograms(here)
  }

  faultClass({
    id: 'B12',
    title:
      'a program that fails or is missing is never taken for an answer, and what is told of a change is true',
    invariants: ['I2', 'I4'],
    quick: 0,
    ...(skip !== undefined && { skip }),
    caseSeconds: 900,
    cases: async () => {
      await ready()
      const looking = applied.map(({ type, each }) => ({
        id: `${type}, looked at`,
        async run() {
          const step = stepOf(type, each.input)
          await make(type, each.absent)
          const found = (await looks(step)).map(what => `absent, ${what}`)
          expect(await mended(step)).toBeUndefined()
          found.push(...(await looks(step)).map(what => `right, ${what}`))
          for (const wrong of [each.wrong].flat()) {
            await make(type, wrong)
            found.push(...(await looks(step)).map(what => `wrong, ${what}`))
          }
          await mended(step)
          if (found.length > 0) throw new BrokenInvariant('I2', found.join('\n'))
        },
      }))
      const applying = applied.map(({ type, each }) => ({
        id: `${type}, applied`,
        async run() {
          const step = stepOf(type, each.input)
          const [absent, found] = [each.absent, [] as string[]]
          await make(type, absent)
          const before = await looked(step)
          if (before.kind !== 'change')
            throw new Error(`${type} is not to be changed: ${JSON.stringify(before)}`)
          const text = applyOf(step, before.change)
          const [traced] = await askAll(placeOf(step.resource.type), [{ step, text, traced: true }])
          for (const program of traced?.programs ?? []) {
            await make(type, absent)
            const old = await looked(step)
            const was = await placeOf(type).read(type === 'swapFile' ? ownPicture : picture)
            const [said] = await askAll(placeOf(step.resource.type), [
              { step, text, program, fault: 'fails' },
            ])
            const code = said?.code ?? 0
            const proof = await looked(step)
            const is = await placeOf(type).read(type === 'swapFile' ? ownPicture : picture)
            const isNo =
              step.resource.refuses !== undefined &&
              (code === exitMoved || (code === exitRefused && stateOf(old) === stateOf(proof)))
            if (isNo && was !== is) found.push(`${program} fails: told as unchanged: ${difference(was, is)}`)
            if (code === 0 && proof.kind === 'ok') {
              const held = await placeOf(type).exec(`set -e\n${each.holds}`)
              if (held.code !== 0) found.push(`${program} fails: told as done, and it is not`)
            }
            const why = await mended(step)
            if (why !== undefined) found.push(`${program} failed before: not mended: ${why}`)
          }
          if (found.length > 0) throw new BrokenInvariant('I2', found.join('\n'))
        },
      }))
      return [...looking, ...applying]
    },
  })

  faultClass({
    id: 'G7',
    title:
      'a value that means the same though it is spelled differently is refused, or leaves nothing to do once it is applied',
    invariants: ['I4'],
    quick: 0,
    ...(skip !== undefined && { skip }),
    caseSeconds: 900,
    cases: async () => {
      await ready()
      return applied.map(({ type, each }) => ({
        id: `${type}, spelled differently`,
        async run() {
          const found: string[] = []
          for (const [name, spell] of Object.entries(spellings)) {
            // A command in other letters is another command.
            if (type === 'command' && /capitals|letters/.test(name)) continue
            for (const [path, input] of mutations(each.input, spell)) {
              if (JSON.stringify(input) === JSON.stringify(each.input)) continue
              const step = resources[type]?.(input)
              if (step === undefined || step.problems.length > 0) continue
              await make(type, each.absent)
              const before = await looked(step)
              if (before.kind !== 'change') continue
              const [said] = await askAll(placeOf(step.resource.type), [
                { step, text: applyOf(step, before.change) },
              ])
              const after = await looked(step)
              if (said?.code === 0 && after.kind === 'change')
                found.push(`${path} ${name}: ${changes(after)} stays`)
            }
          }
          await make(type, each.absent)
          if (found.length > 0) throw new BrokenInvariant('I4', found.join('\n'))
        },
      }))
    },
  })
})

function changes(verdict: Verdict): string {
  return verdict.kind === 'change'
    ? verdict.change.keys.map(({ key, from }) => `${key} ${from}`).join(', ')
    : ''
}

function difference(one: string, other: string): string {
  const [before, after] = [new Set(one.split('\n')), new Set(other.split('\n'))]
  return [...after]
    .filter(line => !before.has(line))
    .concat([...before].filter(line => !after.has(line)))
    .join(' | ')
    .slice(0, 600)
}
