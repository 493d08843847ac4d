/** Looks at a folder that is to be a store: there, ours, room, and whether it outlives a restart. */
import { access, constants, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { absentIsUndefined, codeOf } from './folder-path.ts'
import type { Finding } from './store.ts'

/** statfs(2): file systems that live in memory. */
const inMemory = new Set([0x01021994, 0x858458f6])
/** proc, sysfs, cgroup2. */
const ofKernel = new Set([0x9fa0, 0x62656572, 0x63677270])

export async function lookAtFolder(path: string): Promise<readonly Finding[]> {
  const found = await stat(path).catch(error => (codeOf(error) === 'ENOENT' ? undefined : errorWord(error)))
  if (typeof found === 'string')
    return [
      {
        about: 'place',
        verdict: 'refuse',
        sentence: `${path} cannot be looked at: ${found}.`,
        next: 'Name a folder that this user can write to.',
      },
    ]
  if (found !== undefined && !found.isDirectory())
    return [{ about: 'place', verdict: 'refuse', sentence: `${path} is no folder.`, next: 'Name a folder.' }]
  const existing = found === undefined ? await nearestFolder(path) : path
  const findings: Finding[] = []
  const refused = await access(existing, constants.W_OK | constants.X_OK).then(() => undefined, codeOf)
  findings.push(
    refused === undefined
      ? {
          about: 'place',
          verdict: 'good',
          sentence: found === undefined ? `The folder ${path} will be made.` : `The folder ${path} is there.`,
        }
      : {
          about: 'place',
          verdict: 'refuse',
          ...(refused === 'EROFS'
            ? {
                sentence: `${existing} is mounted read-only.`,
                next: 'Mount it to be written, or name another folder.',
              }
            : {
                sentence: `This user may not write to ${existing}.`,
                next: 'Let this user write there, or name another folder.',
              }),
        },
  )
  findings.push({
    about: 'encryption',
    verdict: 'note',
    sentence: 'A folder encrypts nothing by itself: its file system has to.',
    isRemark: true,
  })
  if (found !== undefined && (found.mode & 0o022) !== 0)
    findings.push({
      about: 'public',
      verdict: 'note',
      sentence: `Other users of this machine may change what is in ${path}.`,
      next: `chmod go-w ${path}`,
    })
  const system = await statfs(existing).catch(absentIsUndefined)
  if (system !== undefined && ofKernel.has(system.type)) {
    findings.push({
      about: 'place',
      verdict: 'refuse',
      sentence: `${existing} is of a file system that shows what the kernel knows, and keeps no files.`,
      next: 'Name a folder on a disk.',
    })
  } else if (system !== undefined) {
    // Some file systems do not tell how large they are.
    const isFull = system.blocks > 0 && system.bavail === 0
    findings.push({
      about: 'space',
      verdict: isFull ? 'refuse' : 'note',
      sentence:
        system.blocks === 0
          ? 'Its file system does not tell how much is free.'
          : `${Math.floor((system.bavail * system.bsize) / 1024 / 1024)} MiB are free there.`,
      ...(isFull
        ? { next: 'Make room, or name another folder.' }
        : { ...(system.blocks > 0 && { isRemark: true as const }) }),
    })
    if (inMemory.has(system.type))
      findings.push({
        about: 'place',
        verdict: 'note',
        sentence: `${existing} is in memory: what is stored there is gone with the next restart.`,
        next: 'Name a folder on a disk for anything that is to stay.',
      })
  }
  return findings
}

async function nearestFolder(path: string): Promise<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(absentIsUndefined)
    if (found !== undefined || folder === dirname(folder)) return folder
  }
}

const errorWord = (error: unknown): string => (error instanceof Error ? error.message : String(error))
