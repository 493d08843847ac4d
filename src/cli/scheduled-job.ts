/** Errors of a job that a host runs by itself: its way to another machine is its own, and not that of the laptop it came from. */
import { readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { OpsError } from '../base/errors.ts'

/** The first line of the ops.ini that a schedule writes. */
export function scheduledMark(job: string, host: string): string {
  return `; Written by \`ops job schedule ${job} ${host}\`.`
}

/** The same error with what to do on the host, where `inventoryFile` is that of a schedule. */
export function onOwnWay(thrown: unknown, inventoryFile: string | undefined): unknown {
  if (!(thrown instanceof OpsError) || inventoryFile === undefined) return thrown
  const { data } = thrown
  if (data.code !== 'host-key' && data.code !== 'authentication') return thrown
  const host = hostOf(inventoryFile)
  if (host === undefined) return thrown
  const me = userInfo().username
  const own = `This is the own way of ${host}, as ${me} there.`
  const [, known] = /^the host key of (\S+) is not known$/.exec(data.title) ?? []
  // As known_hosts names it: `host` or `[host]:port`.
  const [, inBrackets, port] = /^\[(.+)\]:(\d+)$/.exec(known ?? '') ?? []
  const address = inBrackets ?? known
  const file = join(homedir(), '.ssh/known_hosts')
  const next =
    address === undefined
      ? `${own} ${(data.next ?? '').replace(/ and run again with --accept-new\.$/, ` and put the new one into ${file} there.`)}`.trim()
      : `${own} Compare the fingerprint, and put the key into ${file} of ${host}: \`ssh ${port === undefined ? '' : `-p ${port} `}${address}\`, typed there as ${me}, asks about it. (--accept-new of \`ops job schedule\` is for the way to ${host}.)`
  return new OpsError({ ...data, next }, { cause: thrown })
}

function hostOf(inventoryFile: string): string | undefined {
  try {
    const [first = ''] = readFileSync(inventoryFile, 'utf8').split('\n', 1)
    return /^; Written by `ops job schedule \S+ (\S+)`\.$/.exec(first)?.[1]
  } catch {
    return undefined
  }
}
