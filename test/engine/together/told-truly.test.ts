/** Where the disk refuses one directory of several, each step that was done with others is told as what it is. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { file } from '../../../src/resources/file.ts'
import { lacking } from '../../needs.ts'
import { makePlace, runHere } from '../shell-session.ts'

type Kind = 'write' | 'remove' | 'validate'

/** Each in a directory of its own: removals stand before, between and after files that are held back. */
const kinds: readonly Kind[] = ['remove', 'write', 'remove', 'write', 'validate', 'write', 'remove']

const calls = {
  sync: 'fsync,fdatasync,syncfs',
  rename: '/^rename',
  unlink: '/^unlink',
  mkdir: '/^mkdir',
}

interface Case {
  readonly call: keyof typeof calls
  readonly error: string
  /** The directories that it fails in. */
  readonly failing: readonly number[]
}

const numbers = [...kinds.keys()]
const pairs = numbers.flatMap(one => numbers.filter(other => other > one).map(other => [one, other]))
const sweep: readonly Case[] = [
  ...pairs.map(failing => ({ call: 'sync', error: 'EIO', failing }) as const),
  ...(['sync', 'rename', 'unlink'] as const).flatMap(call =>
    numbers.map(one => ({ call, error: 'EIO', failing: [one] })),
  ),
  ...numbers.map(one => ({ call: 'mkdir', error: 'ENOSPC', failing: [one] }) as const),
]
const few: readonly Case[] = [
  { call: 'sync', error: 'EIO', failing: numbers },
  { call: 'rename', error: 'EIO', failing: [4] },
]
const cases = process.env.OPS_TOLD_TRULY === undefined ? few : [...few, ...sweep]

test.skipIf(lacking('strace')).each(cases)(
  '$call fails with $error in $failing',
  async ({ call, error, failing }) => {
    const own = makePlace()
    const folderOf = (at: number) => join(own.folder, `folder${at}`)
    const pathOf = (at: number) => join(folderOf(at), 'file')
    const inject = ['-e', `trace=${calls[call]}`, '-e', `inject=${calls[call]}:error=${error}`]
    const where = failing.flatMap(at => [folderOf(at), pathOf(at)].flatMap(path => ['-P', path]))
    const traced = makePlace(['strace', '-f', '-qq', ...inject, ...where, '-o', '/dev/null'])
    try {
      for (const [at, kind] of kinds.entries()) {
        mkdirSync(folderOf(at))
        if (kind === 'remove') writeFileSync(pathOf(at), 'old\n')
      }
      const steps = kinds.map((kind, at) =>
        kind === 'remove'
          ? file({ path: pathOf(at), state: 'absent' })
          : file({
              path: pathOf(at),
              content: 'new\n',
              ...(kind === 'validate' && { validate: 'test -s %s' }),
            }),
      )
      const { result } = await runHere(traced, steps)
      const isDone = (at: number): boolean =>
        kinds[at] === 'remove'
          ? !existsSync(pathOf(at))
          : existsSync(pathOf(at)) && readFileSync(pathOf(at), 'utf8') === 'new\n'
      const told = kinds.map((kind, at) => {
        const outcome = result?.outcomes[at]
        const changed = result?.errors.find(({ step }) => step === steps[at]?.name)?.changed
        const done = isDone(at)
        const lies =
          // One sync of the whole file system that went well is enough for all of it.
          (outcome === 'changed' && (!done || (call === 'sync' && failing.length === kinds.length))) ||
          (outcome === 'skipped' && done) ||
          (outcome === 'failed' && changed !== (done ? 'yes' : 'no'))
        return `${kind} ${outcome} ${changed ?? ''} ${done ? 'done' : 'not done'}${lies ? ' LIE' : ''}`
      })
      expect(
        told.filter(row => row.includes('LIE')),
        told.join('\n'),
      ).toEqual([])
    } finally {
      traced.remove()
      own.remove()
    }
  },
)

test.skipIf(lacking('strace'))(
  'a removal without room for a stage tells that it is not on the disk',
  async () => {
    const own = makePlace()
    const folder = join(own.folder, 'full')
    const traced = makePlace([
      ...['strace', '-f', '-qq', '-e', 'trace=/^mkdir,fsync,fdatasync', '-e', 'inject=/^mkdir:error=ENOSPC'],
      ...['-e', 'inject=fsync,fdatasync:error=EIO', '-P', folder, '-o', '/dev/null'],
    ])
    try {
      mkdirSync(folder)
      writeFileSync(join(folder, 'file'), 'old\n')
      const { result } = await runHere(traced, [file({ path: join(folder, 'file'), state: 'absent' })])
      expect(result?.errors).toMatchObject([
        {
          changed: 'yes',
          said: expect.stringContaining('is removed, but its directory does not reach the disk'),
        },
      ])
      expect(existsSync(join(folder, 'file'))).toBe(false)
    } finally {
      traced.remove()
      own.remove()
    }
  },
)
