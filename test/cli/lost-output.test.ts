import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { program } from './run-ops.ts'

const through = (shell: string) =>
  spawnSync('bash', ['-c', shell, 'bash', process.execPath, program], { encoding: 'utf8' })

describe('output that cannot be written', () => {
  test.skipIf(!existsSync('/dev/full')).each(['recipes', '--version', 'resources file', 'apply --help'])(
    'ops %s tells it and does not end well on a full disk',
    words => {
      const { status, stderr } = through(`"$1" "$2" ${words} >/dev/full`)
      expect(stderr).toBe(
        'error: the output could not be written whole: ENOSPC: no space left on device, write\n',
      )
      expect(status).toBe(1)
    },
  )

  test('a reader who has read enough is no failure', () => {
    const { status, stderr } = through('"$1" "$2" resources | true; exit ${PIPESTATUS[0]}')
    expect([status, stderr]).toEqual([0, ''])
  })
})
