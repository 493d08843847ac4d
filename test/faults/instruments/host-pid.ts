/** Finds, on this machine, a process that a host knows under a number of its own. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Host } from '../../hosts/host.ts'

/** @throws Error when the host has no such process. */
export function pidHere(host: Host, pidThere: number): number {
  const space = readlinkSync(`/proc/${host.leader}/ns/pid`)
  const found = readdirSync('/proc').find(pid => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      return (
        readlinkSync(`/proc/${pid}/ns/pid`) === space &&
        new RegExp(`^NSpid:.*\\t${pidThere}$`, 'm').test(status)
      )
    } catch {
      return false
    }
  })
  if (found === undefined) throw new Error(`${host.name} has no process ${pidThere}`)
  return Number(found)
}
