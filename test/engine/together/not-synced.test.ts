/** A disk that fails when what several steps did together is to reach it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reachedOf } from '../../../src/engine/reached.ts'
import { link } from '../../../src/resources/link.ts'
import { lacking } from '../../needs.ts'
import { makePlace, runHere } from '../shell-session.ts'

test.skipIf(lacking('strace')).each([
  ['all', [], ['failed', 'failed', 'failed', 'failed']],
  ['the first', ['folder0'], ['failed', 'changed', 'failed', 'changed']],
  ['the second', ['folder1'], ['changed', 'failed', 'changed', 'failed']],
] as const)(
  'fails each step in the directories that it fails for, and no other: %s',
  async (_which, failing, wanted) => {
    const own = makePlace()
    const calls = 'fsync,fdatasync,sync,syncfs'
    const under = [
      'strace',
      '-f',
      '-qq',
      '-e',
      `trace=${calls}`,
      '-e',
      `inject=${calls}:error=EIO`,
      '-o',
      '/dev/null',
    ]
    const traced = makePlace([...under, ...failing.flatMap(each => ['-P', join(own.folder, each)])])
    try {
      for (const each of ['folder0', 'folder1']) mkdirSync(join(own.folder, each))
      const paths = [0, 1, 2, 3].map(each => join(own.folder, `folder${each % 2}`, `link${each}`))
      const links = paths.map(path => link({ path, to: 'there' }))
      const { result } = await runHere(traced, links)
      expect([result?.status, result?.outcomes]).toEqual(['failed', wanted])
      const failed = links.filter((_, at) => wanted[at] === 'failed').map(({ name }) => name)
      expect(result?.errors.map(({ step }) => step)).toEqual(failed)
      for (const { said } of result?.errors ?? []) expect(said).toContain('does not reach the disk')
      expect(paths.map(path => readlinkSync(path))).toEqual(paths.map(() => 'there'))
    } finally {
      traced.remove()
      own.remove()
    }
  },
)

test('beside a step that failed by itself, those before it are told as not on the disk', () => {
  const own = makePlace()
  const [others, together] = ['shell/write/others.sh', 'engine/together/together.sh'].map(each =>
    readFileSync(new URL(`../../../src/${each}`, import.meta.url), 'utf8'),
  )
  const { stdout, stderr } = spawnSync(
    'sh',
    [
      '-c',
      `${others}\n${together}
ops_newline='\n'
ops_stages() { :; }
sync() { case $1 in /bad/) echo 'sync: /bad/: Input/output error'; return 1;; esac; }
ops_do_member() { case $ops_member in 4) return 98;; 2) ops_to_sync="$ops_to_sync$ops_member /good/$ops_newline";; *) ops_to_sync="$ops_to_sync$ops_member /bad/$ops_newline";; esac; }
ops_do_members 1 2 3 4 5; echo "$? $(cat "$OPS_DIR/reached")"`,
    ],
    { encoding: 'utf8', env: { ...process.env, OPS_DIR: own.folder } },
  )
  own.remove()
  expect(stdout).toBe('98 4 -1,3\n')
  expect(stderr).toContain('/bad/: what was changed in it does not reach the disk (Input/output error)')
  expect(reachedOf('4-1,3')).toEqual({ failed: 4, beside: new Set([1, 3]), isWide: false })
  expect(reachedOf('4+')).toEqual({ failed: 4, beside: new Set(), isWide: true })
  expect(reachedOf('end')).toEqual({ failed: undefined, beside: new Set(), isWide: false })
})
