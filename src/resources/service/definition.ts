/** The files that make a unit what it is: a step that writes one of them moves what systemd says of the unit. */
import type { Claim } from '../../engine/claims.ts'

const types = 'service|socket|timer|path|mount|automount|swap|target|slice'
const ending = new RegExp(`\\.(${types})$`)

/** The name with its type: `.service` may be left out in recipes. */
export function fullName(unit: string): string {
  return ending.test(unit) ? unit : `${unit}.service`
}

/** Without /run: whatever starts writes there, and would be named as a cause each time. */
const folders = ['/etc', '/usr/local/lib', '/usr/lib', '/lib']

/** What generators make units of that type from (systemd.generator(7)). */
const generatedFrom: Readonly<Record<string, readonly string[]>> = {
  mount: ['/etc/fstab'],
  automount: ['/etc/fstab'],
  swap: ['/etc/fstab'],
}

/**
 * Paths, those of folders with a slash at the end: the unit's file and drop-ins, its template's, those for its type and for
 * each dash in its name (systemd.unit(5)), and what a generator reads to make it.
 */
export function definitionOf(unit: string): readonly string[] {
  const full = fullName(unit)
  const type = full.slice(full.lastIndexOf('.') + 1)
  const name = full.slice(0, full.lastIndexOf('.'))
  const names = [name, ...(name.includes('@') ? [name.replace(/@.*/, '@')] : [])]
  const bare = name.replace(/@.*/, '')
  const stems = [...bare.matchAll(/-/g)].map(({ index }) => bare.slice(0, index + 1))
  const found = folders.flatMap(folder => [
    ...names.flatMap(each => [
      `${folder}/systemd/system/${each}.${type}`,
      `${folder}/systemd/system/${each}.${type}.d/`,
    ]),
    ...[...stems.map(stem => `${stem}.${type}`), type].map(each => `${folder}/systemd/system/${each}.d/`),
  ])
  const script = type === 'service' ? [`/etc/init.d/${name}`] : []
  const table = /^systemd-(crypt|verity|integrity)setup@/.exec(name)?.[1]
  return [...found, ...script, ...(table ? [`/etc/${table}tab`] : []), ...(generatedFrom[type] ?? [])]
}

/** What moves when a unit of that name comes to be there: its definition, or what a generator reads. */
export function broughtBy(unit: string): readonly Claim[] {
  const read = ['containers', 'default', 'openvpn', 'postgresql', 'systemd'].map(name => `/etc/${name}/`)
  return [`unit:${unit}`, ...[...definitionOf(unit), ...read].map((path): Claim => `path:${path}`)]
}

/** Where a mount or automount unit mounts, with a slash at the end: all below is another thing once it runs. */
export function mountedAt(unit: string): readonly string[] {
  const name = /^(.*)\.(?:auto)?mount$/.exec(unit)?.[1]
  if (name === undefined) return []
  const path = name === '-' ? '' : name.replaceAll('-', '/')
  const bytes = path.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return [`/${Buffer.from(bytes, 'latin1').toString('utf8')}/`.replace('//', '/')]
}
