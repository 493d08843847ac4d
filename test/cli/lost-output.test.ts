import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { smallDisk } from '../full-disk.ts'
import { folderWith, program } from './run-ops.ts'

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

  test.skipIf(process.getuid?.() !== 0)(
    'a plan for which there is no room is told as that, and leaves nothing half',
    async () => {
      const folder = folderWith({
        'recipes/one.ts': `import { file, recipe } from 'ops-recipes'
export default recipe({ summary: 'One.', params: {}, steps: () => [file({ path: '/tmp/ops-never', content: 'x' })] })
`,
      })
      const full = join(folder.path, 'full')
      const disk = smallDisk(full, 16)
      try {
        disk.fill()
        const { code, stderr } = await folder.ops(['plan', 'one', 'local', '-o', join(full, 'plan.ops')])
        expect(stderr).toContain('error[failed] this machine could not write')
        expect(stderr).toContain('ENOSPC: no space left on device')
        expect(stderr).not.toContain('defect')
        expect(code).toBe(1)
        expect(readdirSync(full)).toEqual(['fill'])
      } finally {
        disk.remove()
        folder.remove()
      }
    },
  )

  test('a reader who has read enough is no failure', () => {
    const { status, stderr } = through('"$1" "$2" resources | true; exit ${PIPESTATUS[0]}')
    expect([status, stderr]).toEqual([0, ''])
  })
})
