/** Finds the program that listens on a port of this machine: from /proc on Linux, with `lsof` elsewhere. */
import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'

/** Without `pid` the port belongs to somebody else, whose processes cannot be looked into. */
export interface PortHolder {
  readonly pid?: number
  readonly program?: string
  readonly uid?: number
}

/** Undefined where nothing can be found out. Never throws. */
export async function holderOf(port: number): Promise<PortHolder | undefined> {
  try {
    return process.platform === 'linux' ? await fromProc(port) : await fromLsof(port)
  } catch {
    return undefined
  }
}

/** `nginx (pid 812)`. */
export function holderText({ pid, program, uid }: PortHolder): string {
  if (pid === undefined) return `a process of ${uid === 0 ? 'root' : `another user (uid ${uid})`}`
  return program === undefined ? `pid ${pid}` : `${program} (pid ${pid})`
}

/** Sockets of /proc/net/tcp that listen on a port: `state` 0A, and where they are held. */
async function fromProc(port: number): Promise<PortHolder | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map(path => readFile(path, 'latin1').catch(() => '')),
  )
  const rows = tables
    .flatMap(table => table.split('\n').slice(1))
    .map(row => row.trim().split(/\s+/))
    .filter(
      ([, local, , state]) => state === '0A' && Number.parseInt(local?.split(':')[1] ?? '', 16) === port,
    )
  const [first] = rows
  if (!first) return undefined
  const inodes = new Set(rows.map(row => `socket:[${row[9]}]`))
  const pid = await holderOfSocket(inodes)
  return pid === undefined ? { uid: Number(first[7]) } : { pid, program: await programOf(pid) }
}

async function holderOfSocket(inodes: ReadonlySet<string>): Promise<number | undefined> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  for (const pid of pids) {
    const folder = `/proc/${pid}/fd`
    const descriptors = await readdir(folder).catch(() => [])
    for (const descriptor of descriptors) {
      if (inodes.has(await readlink(`${folder}/${descriptor}`).catch(() => ''))) return Number(pid)
    }
  }
  return undefined
}

/** The program's name, with its script where that tells more: `node ops`. Never its arguments: they may be secret. */
async function programOf(pid: number): Promise<string> {
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').filter(Boolean)
  const [program = '', script = ''] = words.map(word => word.replace(/^.*\//, '').slice(0, 40))
  if (/^(node|python|ruby|perl|php|sh|bash|dash)[\d.]*$/.test(program) && /^[\w][\w.-]*$/.test(script)) {
    return `${program} ${script}`
  }
  const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim()
  return program || name || 'a process'
}

async function fromLsof(port: number): Promise<PortHolder | undefined> {
  const text = await new Promise<string>(resolve => {
    execFile(
      'lsof',
      ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-F', 'pc'],
      { timeout: 5_000 },
      (_error, stdout) => resolve(stdout),
    )
  })
  const pid = /^p(\d+)$/m.exec(text)?.[1]
  const program = /^c(.+)$/m.exec(text)?.[1]
  return pid === undefined ? undefined : { pid: Number(pid), ...(program !== undefined && { program }) }
}
