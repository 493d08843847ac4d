/** A directory that its owner may write and not read cannot be opened for a sync: alone as together, that is no failure. */
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { wayLibrary } from '../../../src/shell/write/way.ts'
import { writeLibrary } from '../../../src/shell/write-library.ts'
import { lacking } from '../../needs.ts'

const together = readFileSync(new URL('../../../src/engine/together/together.sh', import.meta.url), 'utf8')
const nobody = 65534
/** Below /var/tmp: the way to it is open to everybody. */
const place = mkdtempSync('/var/tmp/ops-unread-')
chmodSync(place, 0o755)
afterAll(() => rmSync(place, { recursive: true, force: true }))

const acts: Readonly<Record<string, string>> = {
  'written alone': 'for each in 1 2 3; do ops_write_alone "$IN/file$each" -- echo new || exit; done',
  'written together':
    'ops_do_member() { ops_write "$IN/file$ops_member" -- echo new; }; ops_do_members 1 2 3',
  'linked alone': 'for each in 1 2 3; do ops_symlink "$IN/file$each" there || exit; done',
  'linked together': 'ops_do_member() { ops_symlink "$IN/file$ops_member" there; }; ops_do_members 1 2 3',
}

describe.skipIf(process.getuid?.() !== 0 || lacking('setpriv'))('in a directory of mode 0300', () => {
  test.each(Object.entries(acts))('names %s are done', (title, act) => {
    const own = join(place, title.replace(' ', '-'))
    mkdirSync(own, { mode: 0o755 })
    for (const name of ['in', 'run', 'home']) {
      mkdirSync(join(own, name))
      chownSync(join(own, name), nobody, nobody)
    }
    chownSync(own, nobody, nobody)
    chmodSync(join(own, 'in'), 0o300)
    const text = `${wayLibrary.text}\n${writeLibrary.text}\n${together}\n${act}`
    const argv = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', 'sh', '-c', text]
    const { status, stderr } = spawnSync('setpriv', argv, {
      cwd: '/',
      encoding: 'utf8',
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        LC_ALL: 'C',
        HOME: join(own, 'home'),
        IN: join(own, 'in'),
        OPS_DIR: join(own, 'run'),
      },
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(readdirSync(join(own, 'in')).sort()).toEqual(['file1', 'file2', 'file3'])
  })
})
