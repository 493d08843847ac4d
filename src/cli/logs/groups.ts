/** From the words of the command line to groups of log files, here and on hosts. */

import { type ErrorData, InputErrors } from '../../base/errors.ts'
import type { SelectedHost } from '../../inventory/select.ts'
import { type LogSource, localFile, standardInput } from '../../logs/source.ts'
import type { TableGroup } from '../../logs/table.ts'
import { eachLimited } from '../../run/each-limited.ts'
import { becomeOf } from '../become.ts'
import { collected } from '../collected.ts'
import type { CommonSettings } from '../flags.ts'
import type { ReportSession } from '../report-session.ts'
import { type Chosen, chooseReachable, connectTargets } from '../targets.ts'
import type { HostFiles, LogOperands } from './operands.ts'

interface ChosenHosts {
  readonly chosen: Chosen
  /** By the name of the host. */
  readonly globs: ReadonlyMap<string, readonly string[]>
}

/**
 * Files of this machine are one group, in the order given; those of each host are one.
 * @throws InputErrors with all that cannot be read here, before any host is contacted.
 */
export async function openGroups(
  { files, hostFiles }: LogOperands,
  settings: CommonSettings,
  sinceMs: number | undefined,
  session: ReportSession,
): Promise<readonly TableGroup[]> {
  const errors: ErrorData[] = []
  const sources: LogSource[] = []
  for (const file of files) {
    const source = await collected(errors, () =>
      file === '-' ? standardInput(process.stdin) : localFile(file),
    )
    if (source) sources.push(source)
  }
  const hosts = await collected(errors, () => chooseHosts(hostFiles, settings))
  if (!hosts || errors.length > 0) throw new InputErrors(errors)
  const here: TableGroup[] =
    sources.length > 0 ? [{ host: 'local', sources, likely: [], formats: [], isRemote: false }] : []
  return hosts === 'none' ? here : [...here, ...(await remoteGroups(hosts, settings, sinceMs, session))]
}

/** Several words may name one host, and one word several hosts. */
async function chooseHosts(
  hostFiles: readonly HostFiles[],
  settings: CommonSettings,
): Promise<ChosenHosts | 'none'> {
  const hosts = new Map<string, SelectedHost>()
  const globs = new Map<string, string[]>()
  let first: Chosen | undefined
  for (const { host, glob } of hostFiles) {
    const chosen = await chooseReachable([host], settings)
    first ??= chosen
    for (const each of chosen.hosts) {
      hosts.set(each.name, each)
      globs.set(each.name, [...(globs.get(each.name) ?? []), ...(glob === undefined ? [] : [glob])])
    }
  }
  if (!first) return 'none'
  return { chosen: { ...first, hosts: [...hosts.values()], merged: [] }, globs }
}

async function remoteGroups(
  { chosen, globs }: ChosenHosts,
  settings: CommonSettings,
  sinceMs: number | undefined,
  session: ReportSession,
): Promise<readonly TableGroup[]> {
  const [{ connect }, { hostGroup, writtenGroups }] = await Promise.all([
    import('../../transport/connect.ts'),
    import('../../logs/host-files.ts'),
  ])
  const become = await becomeOf(settings, session)
  const targets = [...(await connectTargets(chosen, settings, session)).values()]
  const groups = new Map<string, readonly TableGroup[]>()
  await eachLimited(targets, settings.limit, async target => {
    const transport = await connect(target)
    session.atEnd.push(() => transport.close())
    const own = globs.get(target.name) ?? []
    const found =
      own.length > 0
        ? [await hostGroup(transport, become, own, sinceMs)]
        : await writtenGroups(transport, become, sinceMs)
    groups.set(target.name, found)
  })
  // In the order of the command line, which decides between rows of one time.
  return targets.flatMap(target => groups.get(target.name) ?? [])
}
