/** `ops resources [NAME]`: what recipes can be made of, or what one resource does and takes. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import { resourceListText, resourceText } from '../../report/resource-text.ts'
import { acrossPages } from '../../resources/docs/across-pages.ts'
import { describeResource } from '../../resources/docs/describe.ts'
import { contracts } from '../../resources/index.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import type { VerbContext } from '../verb.ts'

/** What people look for by the name that it has elsewhere. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['cron', 'timer'],
  ['crontab', 'timer'],
  ['template', 'file, with `template`'],
  ['copy', 'file'],
  ['package', 'apt'],
  ['systemd', 'service, unit or timer'],
  ['shell', 'command'],
  ['git', 'checkout'],
  ['lineinfile', 'line'],
  ['symlink', 'link'],
  ['fstab', 'mount'],
])

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const description = 'Lists what recipes are made of; or shows one resource with its params and examples.'
  const command = verbCommand('resources', '[NAME]', description).option('--json', 'JSON on stdout')
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  if (errors.length > 0) throw new InputErrors(errors)
  const [name] = operands
  if (name === undefined) {
    const all = [...Object.values(contracts), ...Object.values(acrossPages)]
      .map(({ type, doc }) => ({ type, doc }))
      .sort((one, other) => (one.type < other.type ? -1 : 1))
    if (options.json === true) screen.out(`${JSON.stringify(all)}\n`)
    else screen.out(`${resourceListText(all, screen.style)}\n`)
    return 0
  }
  const found = Object.hasOwn(contracts, name) ? contracts[name] : undefined
  const across = Object.hasOwn(acrossPages, name) ? acrossPages[name] : undefined
  const page = found ? describeResource(found) : across
  if (page === undefined) {
    const other = otherNames.get(name.toLowerCase())
    const near =
      other === undefined
        ? didYouMean(name, [...Object.keys(contracts), ...Object.keys(acrossPages)])
        : `What you look for is ${other}. `
    throw inputError(`there is no resource ${name}`, { next: `${near}\`ops resources\` lists them.` })
  }
  if (options.json === true) screen.out(`${JSON.stringify(page)}\n`)
  else screen.out(`${resourceText(page, screen.style)}\n`)
  return 0
}
