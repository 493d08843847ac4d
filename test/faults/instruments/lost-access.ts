/** What must hold once a host has given our access back, seen by plain commands. */
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Host } from '../../hosts/host.ts'
import { measured } from '../../machine-unit.ts'
import { noTornFile } from '../invariants/i1-no-torn-file.ts'
import { noFalseSuccess } from '../invariants/i2-no-false-success.ts'
import { converges } from '../invariants/i4-converges.ts'
import { noLeftovers } from '../invariants/i7-no-leftovers.ts'
import { allHold, BrokenInvariant } from './broken.ts'
import type { Controller, Ran } from './controller.ts'
import type { Danger } from './dangers.ts'
import { pathsOn } from './path-state.ts'
import type { Invariant } from './results.ts'

export const checkedInvariants: readonly Invariant[] = ['I1', 'I2', 'I4', 'I5', 'I7', 'I8', 'I9']

export function argvOf(danger: Danger, host: Host, more: readonly string[]): string[] {
  const alias = danger.user === 'root' ? host.name : `${host.name}-${danger.user}`
  const words = danger.words?.(host, more.includes('--bad')) ?? []
  return ['apply', danger.recipe, alias, '-F', host.sshConfig, '--yes', ...words, ...more]
}

/** Seconds in which our access must be back: the host's minute, and what its own work takes on a machine as busy as this. */
export function aMinute(unitMs: number): number {
  return 60 + (40 * unitMs) / 1000
}

/** When the host gave its verdict, in milliseconds of this machine's clock, which is the host's too. */
export async function restoredAt(host: Host): Promise<number> {
  const { code, stdout } = await host.exec(
    'cat /var/lib/ops/access/verdict; stat -c %.3Y /var/lib/ops/access/verdict',
  )
  if (code !== 0 || !stdout.startsWith('verdict=restored\n')) {
    throw new BrokenInvariant('I9', `the host's verdict is: ${stdout || 'none'}`)
  }
  return Number(stdout.trim().split('\n').at(-1)) * 1000
}

/** Waits for a verdict without anybody of ours having logged in. */
export async function awaitVerdict(host: Host, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  while (
    (await host.exec('[ -e /var/lib/ops/access/verdict ] && [ ! -e /var/lib/ops/access/restoring ]')).code !==
    0
  ) {
    if (Date.now() > deadline) throw new BrokenInvariant('I9', `no verdict after ${withinMs / 1000} s`)
    await pause(200)
  }
}

/** The old bytes are back and loaded, and a fresh login gets as far as before. */
export async function accessBack(danger: Danger, host: Host): Promise<void> {
  const states = await pathsOn(
    host,
    danger.managed.map(each => each.path),
  )
  for (const { path, before } of danger.managed) expect(states.get(path), path).toBe(before?.words)
  expect((await host.exec(danger.look)).stdout).toBe(danger.asBefore)
  const { stdout, stderr } = await host.ssh('sudo -n id -u || id -u', { user: danger.user })
  if (stdout !== '0\n') throw new BrokenInvariant('I9', `${danger.user} gets in as ${stdout || stderr}`)
}

const leftovers =
  'ls -d /etc/systemd/system/ops-access* /etc/systemd/system/timers.target.wants/ops-access* /var/lib/ops/access/[!vt]* 2>/dev/null; systemctl list-units --all --plain --no-legend "ops-access*"'

/** The mended recipe goes through, costs no minute, rests there, and leaves nothing. `mended`: the run that did it, where it is over. */
export async function mendsItself(
  danger: Danger,
  host: Host,
  controller: Controller,
  more: readonly string[],
  mended?: Ran,
): Promise<void> {
  const again = () =>
    controller.run(
      argvOf(
        danger,
        host,
        more.filter(each => each !== '--bad'),
      ),
    )
  await allHold([
    () => noTornFile(host, danger.managed),
    async () => {
      const { value: ran, unitMs } = await measured(async () => mended ?? (await again()))
      expect(ran.code, ran.tail).toBe(0)
      expect(ran.milliseconds, 'milliseconds that a good change takes').toBeLessThan(25_000 + 100 * unitMs)
      expect(await host.read('head -n 1 /var/lib/ops/access/verdict')).toBe('verdict=confirmed\n')
      await noFalseSuccess(ran, host, danger.managed)
    },
    () => converges(again, host, danger.managed),
    () => noLeftovers(host, controller, 60_000),
    async () => expect((await host.exec(leftovers)).stdout, 'what arming leaves').toBe(''),
  ])
}
