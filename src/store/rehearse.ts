/** Does once with a small object what a job will do with many, so that what a store lacks is known before a row moves. */
import { randomBytes } from 'node:crypto'
import { contentOf } from './content.ts'
import { proveAgain, putProved } from './prove.ts'
import type { CallOptions, Finding, Store } from './store.ts'
import { isStoreError } from './store-error.ts'

/**
 * Stores a small object, reads it back, tries to store another one under its name, and takes it away. For the beginning of
 * an apply, not for a plan: it writes. Resolves with what it found, `refuse` where the store lets the name be taken twice.
 * @throws StoreError where storing, the encryption or reading back fails: with the reason, as a job would meet it.
 */
export async function rehearse(store: Store, options: CallOptions = {}): Promise<readonly Finding[]> {
  const name = `ops-rehearsal-${randomBytes(8).toString('hex')}`
  const { proof } = await putProved(store, name, contentOf(`ops tries this store: ${name}\n`), options)
  const findings: Finding[] = [
    { about: 'place', verdict: 'good', sentence: 'An object was stored, confirmed and read back.' },
  ]
  const isGuarded = await store.put(name, contentOf('another one\n'), options).then(
    () => false,
    error => {
      if (isStoreError(error, 'taken')) return true
      throw error
    },
  )
  if (isGuarded) await proveAgain(store, proof, options)
  findings.push(
    isGuarded
      ? {
          about: 'conditional-writes',
          verdict: 'good',
          sentence: 'The store refuses to overwrite an object.',
        }
      : {
          about: 'conditional-writes',
          verdict: 'refuse',
          sentence: 'The store let an object be overwritten although that was not asked for.',
          next: 'Use a server that shows an object right after it was stored.',
        },
  )
  findings.push(await takenAway(store, name, options))
  return findings
}

async function takenAway(store: Store, name: string, options: CallOptions): Promise<Finding> {
  try {
    await store.delete(name, options)
    return { about: 'place', verdict: 'good', sentence: 'The object of the rehearsal was taken away again.' }
  } catch (error) {
    // An archive that only adds needs no right to delete, and a lock may forbid it.
    if (!isStoreError(error, 'denied')) throw error
    return {
      about: 'place',
      verdict: 'note',
      sentence: `This login may not delete there: ${store.url}/${name} stays, a few bytes.`,
    }
  }
}
