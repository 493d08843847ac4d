/** Names of packages as a recipe may write them: nothing that apt-get would read as more than a name. */
import { z } from 'zod'

/** Debian policy 5.6.1, with an optional architecture. A name may end in `++` (g++), where apt finds it before it reads a sign. */
const packageName = /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9][a-z0-9-]*)?$/

/** Real packages whose name ends in one plus: everywhere else it would be apt's word for "install". */
const endsInPlus: readonly string[] = ['memtest86+']

/** Why apt must not be handed this name; undefined when it is fine. */
export function wrongName(name: string): string | undefined {
  if (name === '') return 'a package name is empty'
  if (name.startsWith('-')) return `'${name}' is an option, not a package`
  if (name.includes('/') && /\.deb$/.test(name))
    return `'${name}' is a file: put it on the host and install it with \`command\``
  if (/[*?[\]^$()]/.test(name)) return `'${name}' is a pattern, and only whole names are taken`
  if (name.includes('='))
    return `'${name}' asks for a version: pin it with a \`file\` in /etc/apt/preferences.d`
  if (name.includes('/'))
    return `'${name}' asks for a release: pin it with a \`file\` in /etc/apt/preferences.d`
  if (name.endsWith('-')) return `'${name}' would make apt-get remove ${name.slice(0, -1)}`
  if (name.endsWith('+') && !name.endsWith('++') && !endsInPlus.includes(name)) {
    return `'${name}' ends in a sign of apt-get: write ${name.slice(0, -1)}`
  }
  return packageName.test(name) ? undefined : `'${name}' is not a package name: lower case, digits, + - .`
}

/** The names of a spec: `'mysql-server | default-mysql-server'` has two. */
export function namesOf(spec: string): readonly string[] {
  return spec.split('|').map(name => name.trim())
}

/** A spec in its one spelling, checked name by name. */
export const packageSpec = z.string().transform((spec, context) => {
  for (const name of namesOf(spec)) {
    const wrong = wrongName(name)
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong })
  }
  return namesOf(spec).join(' | ')
})
