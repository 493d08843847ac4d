/** The tunnels that run on this machine: each has a file of its own, found by `status` and `stop`. */

import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorData } from '../base/errors.ts'
import type { RunningTunnel, TunnelCard, TunnelFigures } from '../run/tunnel-state.ts'
import { askControl, serveControl } from './control.ts'
import { startOf } from './process-identity.ts'
import { stateFolder, stateFolders } from './state-folder.ts'

/** A card whose process is not there any more, though nobody ended it. */
export interface EndedTunnel extends TunnelCard {
  /** Takes it off the list. */
  forget(): void
}

/** Makes a tunnel known; the result takes that back, or leaves word of the error that ended it. */
export async function register(
  card: Omit<TunnelCard, 'pid' | 'started'>,
  figures: () => TunnelFigures,
): Promise<(error?: ErrorData) => Promise<void>> {
  const base = join(stateFolder(), encodeURIComponent(card.proxy))
  const closeControl = await serveControl(`${base}.sock`, figures)
  const whole: TunnelCard = { pid: process.pid, started: (await startOf(process.pid)) ?? '', ...card }
  writeCard(base, whole)
  return async error => {
    if (error) writeCard(base, { ...whole, ended: { at: Date.now(), error } })
    else rmSync(`${base}.json`, { force: true })
    await closeControl()
  }
}

/** Tunnels whose process is there; what others left in the foreground is removed. */
export async function runningTunnels(): Promise<readonly RunningTunnel[]> {
  const found = await Promise.all(
    bases().map(async base => {
      const card = readCard(`${base}.json`)
      if (card && !card.ended && (await isRunning(card))) {
        const figures = await askControl(`${base}.sock`)
        return [{ ...card, ...(figures && { figures }) }]
      }
      if (!card?.background) forget(base)
      return []
    }),
  )
  return found.flat().sort((one, other) => one.port - other.port)
}

/** Tunnels in the background that nobody ended, and that do not run any more. */
export async function endedTunnels(): Promise<readonly EndedTunnel[]> {
  const found = await Promise.all(
    bases().map(async base => {
      const card = readCard(`${base}.json`)
      if (!card?.background || (!card.ended && (await isRunning(card)))) return []
      return [{ ...card, forget: () => forget(base) }]
    }),
  )
  return found.flat().sort((one, other) => one.port - other.port)
}

/** The files of all cards, without what they end in. */
function bases(): readonly string[] {
  return stateFolders().flatMap(folder =>
    namesIn(folder)
      .filter(name => name.endsWith('.json'))
      .map(name => join(folder, name.slice(0, -'.json'.length))),
  )
}

function writeCard(base: string, card: TunnelCard): void {
  writeFileSync(`${base}.new`, `${JSON.stringify(card, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(`${base}.new`, `${base}.json`)
}

function forget(base: string): void {
  for (const end of ['.json', '.sock', '.log']) rmSync(`${base}${end}`, { force: true })
}

/** Whether the very process of a card still runs. */
export async function isRunning({ pid, started }: TunnelCard): Promise<boolean> {
  return started !== '' && (await startOf(pid)) === started
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function readCard(path: string): TunnelCard | undefined {
  try {
    const card = JSON.parse(readFileSync(path, 'utf8')) as TunnelCard
    const isWhole = Number.isSafeInteger(card.pid) && card.pid > 1 && typeof card.started === 'string'
    return isWhole && typeof card.proxy === 'string' && typeof card.host === 'string' ? card : undefined
  } catch {
    return undefined
  }
}
