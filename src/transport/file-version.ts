/** Tells whether somebody has touched a file of this machine since it was read: many hosts of a run look into the same ones. */
import { statSync } from 'node:fs'

/**
 * Two contents of a file have two of these, but within one tick of the clock: what is as young as that has an empty one, which
 * says nothing. @throws where there is no such file.
 */
export function fileVersion(path: string): string {
  const stats = statSync(path, { bigint: true })
  if (!stats.isFile() || Date.now() - Number(stats.ctimeMs) < youngMs) return ''
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ')
}
const youngMs = 1000
