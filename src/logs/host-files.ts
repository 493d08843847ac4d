/** Log files of a host: found, described by what its own servers say, and read over SSH as raw bytes. */
import { posix } from 'node:path'
import { inputError, OpsError } from '../base/errors.ts'
import { openShell, type ShellProcess } from '../transport/become.ts'
import type { Become, Transport } from '../transport/transport.ts'
import { apacheLogs } from './apache-config.ts'
import { decompressed } from './decompress.ts'
import type { LogFormat } from './format.ts'
import { lookScript, readScript, rotatedAwayCode } from './host-script.ts'
import { nginxFormats, nginxLogs, type WrittenLog } from './nginx-config.ts'
import type { LogSource } from './source.ts'
import type { TableGroup } from './table.ts'

interface FoundFile {
  readonly path: string
  readonly changedAt: number
  /** Device and inode: the name may be another file's by the time it is read. */
  readonly id: string
}

interface Seen {
  readonly files: readonly FoundFile[]
  readonly logs: readonly WrittenLog[]
  readonly formats: readonly LogFormat[]
}

/**
 * Looks once, and gives the files as a group, the one that was written to last at the end.
 * @throws OpsError `input` where no file fits.
 */
export async function hostGroup(
  transport: Transport,
  become: Become | undefined,
  globs: readonly string[],
  sinceMs: number | undefined,
): Promise<TableGroup> {
  const { name: host } = transport
  const { files, logs, formats } = await look(transport, become, globs)
  if (files.length === 0) {
    throw inputError(`${host}: there is no file ${globs.join(' or ')}, or it may not be read`, {
      host,
      next: `Look with \`ops run ${host} -- 'ls ${posix.dirname(globs[0] ?? '')}'\`.`,
    })
  }
  const likely = logs.filter(log => files.some(file => isOf(log, file))).map(log => log.format)
  const sources = sourcesOf(transport, become, files, sinceMs)
  return { host, sources, isRemote: true, likely: [...new Set(likely)], formats }
}

/**
 * Every access log that the host's own servers write, with what rotation has made of it: a group for each.
 * @throws OpsError `input` where there is none.
 */
export async function writtenGroups(
  transport: Transport,
  become: Become | undefined,
  sinceMs: number | undefined,
): Promise<readonly TableGroup[]> {
  const { name: host } = transport
  const { logs, formats } = await look(transport, become, [])
  const globs = [...new Set(logs.map(log => log.path))].flatMap(path => [path, `${path}.*`, `${path}-*`])
  const left = new Set(globs.length > 0 ? oldestFirst((await look(transport, become, globs)).files) : [])
  const groups = logs.flatMap((log): readonly TableGroup[] => {
    const files = [...left].filter(file => isOf(log, file))
    for (const file of files) left.delete(file)
    if (files.length === 0) return []
    const sources = sourcesOf(transport, become, files, sinceMs)
    return [{ host, sources, isRemote: true, likely: [log.format], formats }]
  })
  if (groups.length > 0) return groups
  throw inputError(`${host}: no nginx or Apache there says where it writes an access log`, {
    host,
    next: `Name the files: ${host}:'/var/log/...'`,
  })
}

async function look(
  transport: Transport,
  become: Become | undefined,
  globs: readonly string[],
): Promise<Seen> {
  const parts = (await output(transport, become, lookScript(globs))).toString('latin1').split('\0')
  const files: FoundFile[] = []
  const logs: WrittenLog[] = []
  const formats: LogFormat[] = []
  for (let index = 0; index + 2 < parts.length; index += 3) {
    const [kind, first = '', second = ''] = parts.slice(index, index + 3)
    if (kind === 'file') files.push(foundFile(first, second))
    else if (kind === 'nginx') {
      logs.push(...nginxLogs(second, first || '/etc/nginx'))
      formats.push(...nginxFormats(second).values())
    } else if (kind === 'apache') {
      const apache = apacheLogs(second, first)
      logs.push(...apache.logs)
      formats.push(...apache.formats)
    }
  }
  return { files, logs, formats }
}

/** What was written to last before that time has no later row, and is left out. */
function sourcesOf(
  transport: Transport,
  become: Become | undefined,
  files: readonly FoundFile[],
  sinceMs: number | undefined,
): readonly LogSource[] {
  const wanted = files.filter(file => sinceMs === undefined || file.changedAt * 1000 + 1000 >= sinceMs)
  return oldestFirst(wanted).map(file => sourceOf(transport, become, file))
}

function foundFile(stat: string, path: string): FoundFile {
  const [changedAt = '0', , id = ''] = stat.split(' ')
  return { path: Buffer.from(path, 'latin1').toString(), changedAt: Number(changedAt), id }
}

/** Each file once, whatever names it was found by. */
function oldestFirst(files: readonly FoundFile[]): readonly FoundFile[] {
  const once = [...new Map(files.map(file => [file.id, file])).values()]
  return once.sort((one, other) => one.changedAt - other.changedAt || (one.path < other.path ? 1 : -1))
}

/** True for a log as its server writes it and for what rotation has made of it. */
function isOf(log: WrittenLog, { path }: FoundFile): boolean {
  const current = path.replace(/\.(gz|xz|bz2|zst)$/, '').replace(/([.-]\d+)+$/, '')
  const pattern = log.path.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return [path, current].some(each => new RegExp(`^${pattern}$`).test(each))
}

function sourceOf(transport: Transport, become: Become | undefined, file: FoundFile): LogSource {
  const name = `${transport.name}:${file.path}`
  const running = new Set<ShellProcess>()
  return {
    name,
    open: () => decompressed(name, fileBytes(transport, become, file, name, running)),
    close: () => {
      for (const shell of running) shell.close()
    },
  }
}

async function* fileBytes(
  transport: Transport,
  become: Become | undefined,
  file: FoundFile,
  name: string,
  running: Set<ShellProcess>,
): AsyncGenerator<Buffer> {
  const shell = await openShell(transport, become)
  running.add(shell)
  try {
    const complaints = collect(shell)
    shell.stdin.end(readScript(file.path, file.id))
    for await (const chunk of shell.stdout as AsyncIterable<Buffer>) yield chunk
    await endedWell(shell, name, complaints)
  } finally {
    // A `cat` that nobody reads ends at its next write.
    shell.close()
    running.delete(shell)
  }
}

/** All that a script prints. */
async function output(transport: Transport, become: Become | undefined, script: string): Promise<Buffer> {
  const shell = await openShell(transport, become)
  try {
    const complaints = collect(shell)
    shell.stdin.end(script)
    const chunks: Buffer[] = []
    for await (const chunk of shell.stdout as AsyncIterable<Buffer>) chunks.push(chunk)
    await endedWell(shell, transport.name, complaints)
    return Buffer.concat(chunks)
  } finally {
    shell.close()
  }
}

function collect(shell: ShellProcess): Buffer[] {
  const chunks: Buffer[] = []
  shell.stdin.on('error', () => {})
  shell.stderr.on('data', (chunk: Buffer) => {
    if (chunks.length < 16) chunks.push(chunk)
  })
  return chunks
}

/** @throws OpsError `lost` or `failed`; or what kept the shell from coming about. */
async function endedWell(shell: ShellProcess, name: string, complaints: readonly Buffer[]): Promise<void> {
  const ending = await shell.ended
  if ('code' in ending && ending.code === 0) return
  await shell.ready
  const said = Buffer.concat(complaints).toString().trim()
  const next = 'Run it again.'
  if ('lost' in ending) {
    throw new OpsError({
      code: 'lost',
      title: `${name}: the connection was lost: ${ending.lost}`,
      changed: 'no',
      next,
    })
  }
  const isGone = 'code' in ending && ending.code === rotatedAwayCode
  throw new OpsError({
    code: 'failed',
    title: isGone
      ? `${name} was rotated away before it was read`
      : `${name} could not be read to its end (${'code' in ending ? `exit code ${ending.code}` : ending.signal})`,
    ...(said !== '' && { said }),
    changed: 'no',
    next,
  })
}
