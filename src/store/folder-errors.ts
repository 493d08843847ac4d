/** What the system says of a file becomes an error of a store, which says what is true now. */
import { basename } from 'node:path'
import type { Changed } from '../base/errors.ts'
import { codeOf, inTheWay } from './folder-path.ts'
import { StoreError } from './store-error.ts'

export const taken = (path: string): StoreError =>
  new StoreError('taken', {
    title: `${path} is there already`,
    changed: 'no',
    next: 'Nothing was overwritten. Compare the two.',
  })

/** Does it; what the system throws becomes an error that says what is true now. */
export async function telling<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StoreError || codeOf(error) === '' || codeOf(error) === 'ABORT_ERR') throw error
    throw failed(name, error)
  }
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'Make room on its file system, and run again: nothing of the object was left there.',
  EDQUOT: 'Make room in its quota, and run again: nothing of the object was left there.',
  EACCES: 'Let this user write there (and read), or name another folder.',
  EPERM: 'Let this user write there (and read), or name another folder.',
  EROFS: 'It is mounted read-only: name another folder, or mount it to be written.',
  ENOTDIR: 'Something on the way to it is no folder: name another one.',
}

/** Of what the system threw. */
export function failed(name: string, error: unknown, changed: Changed = 'no'): StoreError {
  const code = codeOf(error)
  const folder = basename(name)
  if (code === 'ENOENT')
    return new StoreError('absent', {
      title: `${name} is not there`,
      changed: 'no',
      next: 'List its folder to see what is there.',
    })
  if (code === 'ELOOP') return inTheWay(name, true)
  return new StoreError(
    'failed',
    {
      title: `${name} could not be used`,
      detail: error instanceof Error ? error.message : `${code} at ${folder}`,
      changed,
      next: advice[code] ?? 'Look at what the system said.',
    },
    { cause: error },
  )
}
