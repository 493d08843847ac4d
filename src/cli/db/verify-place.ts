/** `ops db archive verify URL` and `ops db dump verify URL`: what a place holds, read whole and compared with its receipts. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import { readInventory } from '../../inventory/read.ts'
import type { Emit } from '../../run/events.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { Store } from '../../store/store.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { addOutputFlags, commonSettings } from '../flags.ts'
import { underReport } from '../report-session.ts'
import type { VerbContext } from '../verb.ts'
import { openTarget } from './target.ts'

export interface PlaceVerb {
  /** As `db archive verify`. */
  readonly name: string
  readonly description: string
  /** Throws where anything is not as its receipts say. */
  verify(context: {
    readonly store: Store
    readonly emit: Emit
    readonly interrupt: Interrupt
  }): Promise<void>
}

export async function verifyPlace(
  { name, description, verify }: PlaceVerb,
  argv: readonly string[],
  { screen }: VerbContext,
): Promise<number> {
  const command = addOutputFlags(verbCommand(name, 'URL', description))
    .option('-i, --inventory <file>', 'ops.ini to read, for its section [s3]')
    .option('--sse <key>', 'the encryption that the store must confirm: AES256, aws:kms or aws:kms:KEY')
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const [url, ...more] = operands
  if (url === undefined || more.length > 0) {
    errors.push(inputError('verify takes one place', { next: `Write ops ${name} URL.` }).data)
  }
  return underReport(screen, settings, async session => {
    if (url === undefined || errors.length > 0) throw new InputErrors(errors)
    const inventory = readInventory(
      settings.inventoryFile === undefined ? {} : { file: settings.inventoryFile },
    )
    const sse = typeof options.sse === 'string' ? options.sse : undefined
    const store = await openTarget(url, sse, { ...session, inventory })
    const { emit } = session.report
    emit({ event: 'run', verb: name, hosts: [store.url], version: opsVersion() })
    await verify({ store, emit, interrupt: session.interrupt })
    return 0
  })
}
