/** `ops db archive verify URL`: reads an archive whole and compares it with its receipts. */
import type { VerbContext } from '../verb.ts'
import { verifyPlace } from './verify-place.ts'

export function run(argv: readonly string[], context: VerbContext): Promise<number> {
  const verb = {
    name: 'db archive verify',
    description:
      'Reads every object of an archive whole, counts and hashes its rows, and compares them with the receipts. Changes nothing.',
    verify: async (place: Parameters<typeof import('../../jobs/archive/verify.ts').verifyArchive>[0]) =>
      (await import('../../jobs/archive/verify.ts')).verifyArchive(place),
  }
  return verifyPlace(verb, argv, context)
}
