/** `ops db dump verify URL`: reads a dump whole and compares it with its receipts. */
import type { VerbContext } from '../verb.ts'
import { verifyPlace } from './verify-place.ts'

export function run(argv: readonly string[], context: VerbContext): Promise<number> {
  const verb = {
    name: 'db dump verify',
    description:
      'Reads the file of every day and revision of a dump whole, counts and hashes its rows, and compares them with the receipts. Changes nothing.',
    verify: async (place: Parameters<typeof import('../../jobs/dump/verify.ts').verifyDump>[0]) =>
      (await import('../../jobs/dump/verify.ts')).verifyDump(place),
  }
  return verifyPlace(verb, argv, context)
}
