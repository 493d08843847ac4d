/** `ops hosts`: hosts and groups by name, and where each came from. */
import { type ErrorData, InputErrors } from '../../base/errors.ts'
import { listHosts } from '../../inventory/list.ts'
import { readInventory } from '../../inventory/read.ts'
import { unknownMembers } from '../../inventory/select.ts'
import { errorsText } from '../../report/error-text.ts'
import { hostListText } from '../../report/host-list-text.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { collected } from '../collected.ts'
import { commonSettings } from '../flags.ts'
import { projectValues } from '../host-values.ts'
import { chooseHosts } from '../targets.ts'
import type { VerbContext } from '../verb.ts'

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const description =
    'Lists the hosts and groups that have a name, and where each came from. With HOST..., what those words stand for.'
  const command = verbCommand('hosts', '[HOST...] [flags]', description)
    .option('-i, --inventory <file>', 'ops.ini to read; otherwise the one of this folder or above')
    .option('-F, --ssh-config <file>', 'ssh config to read instead of ~/.ssh/config')
    .option('-v, --verbose', 'show the values of each host, too, and where each came from')
    .option('--json', 'one JSON object on stdout')
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const { inventoryFile: file } = settings
  if (settings.lacksHosts) throw new InputErrors(errors)
  const inventory = await collected(errors, () => readInventory(file === undefined ? {} : { file }))
  if (!inventory) throw new InputErrors(errors)
  const chosen =
    operands.length === 0 ? undefined : await collected(errors, () => chooseHosts(operands, settings))
  const listing = await collected(errors, () => listHosts(inventory, settings))
  const asks = options.verbose === true || options.json === true || operands.length > 0
  const values = asks ? await projectValues(inventory, settings, errors) : undefined
  if (!listing || errors.length > 0) throw new InputErrors(errors)
  const bare = chosen
    ? {
        ...listing,
        groups: [],
        hosts: chosen.hosts.map(({ name, address, groups }) => {
          const known = listing.hosts.find(each => each.name === name)
          return known ?? { name, address, groups, from: 'as written' as const, where: undefined }
        }),
      }
    : listing
  // `local` and `sandbox` are told of where somebody names them.
  const hosts = bare.hosts.map(host => ({
    ...host,
    ...(values &&
      (chosen || host.from !== 'built in') && {
        values: values.listed({ ...host, address: host.address ?? host.name }),
      }),
  }))
  if (errors.length > 0) throw new InputErrors(errors)
  const unknown = chosen ? new Map<string, ErrorData>() : unknownMembers(inventory, settings)
  const problems = [...unknown.values()]
  const shown = { ...bare, hosts }
  if (options.json === true)
    screen.out(`${JSON.stringify({ ...shown, ...(problems.length > 0 && { problems }) })}\n`)
  else {
    screen.out(`${hostListText({ ...shown, unknown: new Set(unknown.keys()) }, screen.style)}\n`)
    if (problems.length > 0) screen.error(`${errorsText(problems, screen.errorStyle)}\n`)
  }
  return 0
}
