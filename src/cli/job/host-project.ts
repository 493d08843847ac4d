/** The project of one job as a host gets it: the job file with what it imports, and an ops.ini of just what it names. */
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { type ErrorData, inputError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import type { Database } from '../../inventory/database.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { localSources } from '../../recipe/local-imports.ts'
import { fetchPassword } from '../db/password.ts'
import { scheduledMark } from '../scheduled-job.ts'
import type { LoadedJob } from './load-job.ts'

export interface ProjectFile {
  /** Relative to the project. */
  readonly path: string
  readonly content: string | Secret
}

export interface HostProject {
  readonly files: readonly ProjectFile[]
  /** What a person should know. */
  readonly notes: readonly string[]
}

/** `isHere` tells whether a word names the very machine that the project goes to. */
export async function hostProject(
  { job, file, project, name }: LoadedJob,
  host: string,
  inventory: Inventory,
  isHere: (word: string) => Promise<boolean>,
  errors: ErrorData[],
): Promise<HostProject> {
  const refuse = (title: string, next: string): void => {
    errors.push(inputError(title, { next }).data)
  }
  const files: ProjectFile[] = []
  const notes: string[] = []
  const lines: string[] = [scheduledMark(name, host), '']
  for (const [path, content] of localSources(file)) {
    const inside = relative(project, path)
    if (inside.startsWith('..')) {
      refuse(`job ${name} imports ${path}, which is outside of its project`, `Move it below ${project}.`)
    } else files.push({ path: inside, content })
  }
  const words = new Set(Object.values(job.fields).filter(each => typeof each === 'string'))
  const { source } = job.fields
  const replicas = new Set([...words].flatMap(word => inventory.databases.get(word)?.replicas ?? []))
  for (const word of replicas) words.add(word)
  for (const word of words) {
    const known = inventory.databases.get(word)
    const isHost = (word === source || replicas.has(word)) && known === undefined && !word.includes('://')
    const database: Database | undefined =
      known ??
      (isHost ? { name: word, engine: 'mysql', host: word, tls: { mode: 'off', verify: true } } : undefined)
    if (!database) continue
    const local = database.host !== undefined && (await isHere(database.host))
    if (database.host !== undefined && !local) {
      const entry = inventory.hosts.get(database.host)
      if (entry) {
        const { user, host: address, port } = { user: undefined, port: undefined, ...entry.address }
        lines.push(
          '[hosts]',
          `${entry.name} = ${user === undefined ? '' : `${user}@`}${address}${port === undefined ? '' : `:${port}`}`,
          '',
        )
      }
      notes.push(
        `${host} reaches ${database.host} by SSH as its own root: a key that ${database.host} accepts and its line in known_hosts must be in /root/.ssh of ${host}`,
      )
    }
    const folder = inventory.file === undefined ? project : dirname(inventory.file)
    lines.push(...sectionOf(database, local), ...(await passwordOf(database, folder, host, files, refuse)))
    if (database.tls.ca !== undefined) {
      const path = `ca-${word.replaceAll(/\W/g, '_')}.pem`
      files.push({ path, content: readFileSync(resolve(folder, database.tls.ca), 'utf8') })
      lines.push(`ca = ${path}`)
    }
    lines.push('')
  }
  const s3 = inventory.settingsOf('s3').filter(each => each.value !== undefined && each.value !== '')
  if ([...words].some(word => word.startsWith('s3://'))) {
    lines.push(
      '[s3]',
      ...s3.filter(each => each.key !== 'ca').map(({ key, value }) => `${key} = ${value}`),
      '',
    )
    notes.push(
      `${host} takes its credentials for S3 from /root/.aws there, or from the role of the machine: AWS_ variables of this shell (keys, profile, region, endpoint) do not go there, and what [s3] of ops.ini says does`,
    )
    if (s3.some(each => each.key === 'ca'))
      refuse(
        '[s3] names an authority in a file of this machine',
        `Let ${host} trust it itself, and leave \`ca\` out.`,
      )
  }
  const { to } = job.fields
  if (typeof to === 'string' && !to.includes('://') && !inventory.databases.has(to))
    notes.push(`${to} is a folder of ${host} then`)
  const { file: input } = job.fields
  if (job.job === 'load' && input === undefined && job.fields.putBack !== true)
    refuse(
      `job ${name} loads its standard input, which a timer of ${host} does not have`,
      "Write `file: 'PATH'`: a file of that host.",
    )
  if (job.job === 'load' && typeof input === 'string') notes.push(`${input} is a file of ${host} then`)
  files.push({ path: 'ops.ini', content: lines.join('\n') })
  return { files, notes }
}

function sectionOf(database: Database, isLocal: boolean): string[] {
  const { name, engine, host, address, socket, user, tls } = database
  const shown =
    address && `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
  const entries: readonly (readonly [string, string | undefined])[] = [
    ['engine', engine],
    ['host', isLocal ? undefined : host],
    ['address', shown],
    ['socket', socket],
    ['user', user],
    ['database', database.database],
    ['replicas', database.replicas?.join(', ')],
    // As it was decided here: through SSH, or within this very machine, there is nothing to hide.
    ['tls', tls.mode],
    ['verify', tls.mode === 'on' ? (tls.verify ? 'yes' : 'no') : undefined],
  ]
  return [
    `[db ${name}]`,
    ...entries.flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${value}`])),
  ]
}

/** A file's word goes along as a file of root's; what an environment holds is not there at night. */
async function passwordOf(
  { name, password }: Database,
  folder: string,
  host: string,
  files: ProjectFile[],
  refuse: (title: string, next: string) => void,
): Promise<string[]> {
  if (!password) return []
  if (password.from === 'command') return [`password = cmd:${password.command}`]
  if (password.from === 'environment') {
    refuse(
      `the password of ${name} comes from ${password.name} of the environment, which a timer of ${host} does not have`,
      'Write `password = @FILE` into [db NAME]: the file is sent to the host, for root alone.',
    )
    return []
  }
  const path = `password-${name.replaceAll(/\W/g, '_')}`
  files.push({ path, content: await fetchPassword(password, name, folder) })
  return [`password = @${path}`]
}
