/** `ops db archive verify URL`: reads an archive whole and compares it with its receipts. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import { readInventory } from '../../inventory/read.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { addOutputFlags, commonSettings } from '../flags.ts'
import { underReport } from '../report-session.ts'
import type { VerbContext } from '../verb.ts'
import { openTarget } from './target.ts'

const description =
  'Reads every object of an archive whole, counts and hashes its rows, and compares them with the receipts. Changes nothing.'

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = addOutputFlags(verbCommand('db archive verify', 'URL', description))
    .option('-i, --inventory <file>', 'ops.ini to read, for its section [s3]')
    .option('--sse <key>', 'the encryption that the store must confirm: AES256, aws:kms or aws:kms:KEY')
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const [url, ...more] = operands
  if (url === undefined || more.length > 0) {
    errors.push(inputError('verify takes one place', { next: 'Write ops db archive verify URL.' }).data)
  }
  return underReport(screen, settings, async session => {
    if (url === undefined || errors.length > 0) throw new InputErrors(errors)
    const inventory = readInventory(
      settings.inventoryFile === undefined ? {} : { file: settings.inventoryFile },
    )
    const sse = typeof options.sse === 'string' ? options.sse : undefined
    const store = await openTarget(url, sse, { ...session, inventory })
    const { verifyArchive } = await import('../../jobs/archive/verify.ts')
    const { emit } = session.report
    emit({ event: 'run', verb: 'db archive verify', hosts: [store.url], version: opsVersion() })
    await verifyArchive({ store, emit, interrupt: session.interrupt })
    return 0
  })
}
