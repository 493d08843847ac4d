/** From the SOURCE word of a command line to a database server: `[db NAME]`, a host name, or a `mysql://` address. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { hideFromChildren } from '../../base/child-environment.ts'
import { type ErrorData, inputError } from '../../base/errors.ts'
import { type Database, databaseOfUrl } from '../../inventory/database.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { readInventory } from '../../inventory/read.ts'
import type { SelectedHost } from '../../inventory/select.ts'
import type { ServerPlace } from '../../mysql/server-place.ts'
import { collected } from '../collected.ts'
import type { CommonSettings } from '../flags.ts'
import type { ReportSession } from '../report-session.ts'
import { chooseReachable, connectTargets } from '../targets.ts'
import { fetchPassword } from './password.ts'

/** A source that was found; nothing was contacted yet. */
export interface ChosenSource {
  readonly database: Database
  /** Undefined: a direct connection. */
  readonly host: SelectedHost | undefined
  readonly inventory: Inventory
}

/** Adds to `errors` whatever keeps the source from being reached; undefined then. */
export async function chooseSource(
  word: string,
  settings: CommonSettings,
  errors: ErrorData[],
): Promise<ChosenSource | undefined> {
  const { inventoryFile } = settings
  const inventory = await collected(errors, () =>
    readInventory(inventoryFile === undefined ? {} : { file: inventoryFile }),
  )
  if (!inventory) return undefined
  const isUrl = /^[a-z]+:\/\//.test(word)
  if (isUrl && !/^(mysql|mariadb|postgres|postgresql):\/\//.test(word)) {
    errors.push(
      inputError(`${word.replace(/:\/\/.*/s, '://')} is no address of a database server`, {
        next: 'Write mysql://USER@HOST:PORT/DB?via=SSHHOST, a name of [db NAME] in ops.ini, or a host.',
      }).data,
    )
    return undefined
  }
  const known = inventory.databases.get(word)
  const database: Database | undefined =
    known ??
    (isUrl
      ? databaseOfUrl(word, errors)
      : { name: word, engine: 'mysql', host: word, tls: { mode: 'off', verify: true } })
  if (!database) return undefined
  // Before ssh is started, which has no use for them.
  for (const { password } of [database, ...inventory.databases.values()])
    if (password?.from === 'environment') hideFromChildren(password.name)
  if (database.host === undefined) return { database, host: undefined, inventory }
  const before = errors.length
  const { host: hostWord } = database
  const chosen = await collected(errors, () => chooseReachable([hostWord], settings))
  const [host, second] = chosen?.hosts ?? []
  if (second)
    errors.push(
      inputError(`${database.host} stands for several hosts: a source is one server`, {
        next: 'Name one of them.',
      }).data,
    )
  if (host?.kind === 'sandbox')
    errors.push(inputError('the sandbox has no database server', { next: 'Name a host that has one.' }).data)
  if (!host && !known && !isUrl && errors.length > before) tellOfSections(errors, before, inventory)
  return host && errors.length === before ? { database, host, inventory } : undefined
}

/** A word that names no host may have been meant as a section. */
function tellOfSections(errors: ErrorData[], from: number, inventory: Inventory): void {
  const names = [...inventory.databases.keys()]
  const sections =
    names.length === 0 ? 'ops.ini has no [db NAME]' : `[db NAME] of ops.ini: ${names.join(', ')}`
  for (let index = from; index < errors.length; index++) {
    const error = errors[index]
    if (error)
      errors[index] = {
        ...error,
        next: `${error.next ?? ''} A source may also be a section: ${sections}.`.trim(),
      }
  }
}

/** Where `openServer` connects to. Its password is fetched with the first login, and masked from then on. */
export async function serverPlace(
  { database, host, inventory }: ChosenSource,
  settings: CommonSettings,
  session: ReportSession,
): Promise<ServerPlace> {
  const { name, address, socket, user, password, tls } = database
  const targets = host
    ? await connectTargets({ inventory, hosts: [host], merged: [] }, settings, session)
    : undefined
  const through = (host && targets?.get(host)) ?? {
    name: 'local',
    destination: 'local',
    backend: 'local' as const,
  }
  const folder = database.where && inventory.file !== undefined ? dirname(inventory.file) : process.cwd()
  return {
    name,
    through,
    at: address ?? (socket === undefined ? undefined : { socket }),
    ...(user !== undefined && { user }),
    ...(password && {
      password: async () => {
        const secret = await session.report.aside(() => fetchPassword(password, name, folder))
        session.secrets.add(secret.reveal())
        return secret
      },
    }),
    ...(tls.mode === 'on' && { tls: { verify: tls.verify, ...authority(tls.ca, folder, name) } }),
    ...(settings.connectTimeoutMs !== undefined && { timeoutMs: settings.connectTimeoutMs }),
  }
}

function authority(file: string | undefined, folder: string, source: string): { readonly ca?: string } {
  if (file === undefined) return {}
  try {
    return { ca: readFileSync(resolve(folder, file), 'utf8') }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw inputError(`${source}: cannot read the authority ${file}: ${reason}`, {
      next: 'Name a PEM file with `ca = FILE`.',
    })
  }
}
