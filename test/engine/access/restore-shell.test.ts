import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { restoreScript } from '../../../src/engine/access/restore-shell.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

/** The functions of the restore script alone, on folders of this test. */
const functions = restoreScript.replace(/\nops_back\n*$/, '\n')

function restored(folder: string, shell: string): string {
  const script = `${functions}
OPS_STATE=${folder}/state ops_access=${folder} HOME=${folder} ops_number=1
ops_back_tree ${folder}/saved ${folder}/now
ops_back_tree_same ${folder}/saved ${folder}/now && echo same`
  return execFileSync(shell, ['-c', script], { encoding: 'utf8' })
}

describe.each(['dash', 'bash'])('a saved folder, in %s', shell => {
  const root = temporaryFolder()

  test('is put back whole, and what was added is gone, folders too', () => {
    const folder = join(root, 'changed')
    const [saved, now] = [join(folder, 'saved'), join(folder, 'now')]
    for (const each of [saved, now]) mkdirSync(join(each, 'kept'), { recursive: true })
    writeFileSync(join(saved, 'kept/file'), 'as it was\n')
    symlinkSync('kept/file', join(saved, 'link'))
    chmodSync(saved, 0o750)
    mkdirSync(join(now, 'added/below'), { recursive: true })
    writeFileSync(join(now, 'added/below/file'), 'new\n')
    writeFileSync(join(now, 'kept/file'), 'changed\n')
    expect(restored(folder, shell)).toBe('same\n')
    expect(readdirSync(now).sort()).toEqual(['kept', 'link'])
    expect(readFileSync(join(now, 'link'), 'utf8')).toBe('as it was\n')
  })

  test('is as it was, and holds nothing up, where a program made a pipe or a socket in it meanwhile', () => {
    const folder = join(root, 'untouched')
    const [saved, now] = [join(folder, 'saved'), join(folder, 'now')]
    for (const each of [saved, now]) mkdirSync(each, { recursive: true })
    execFileSync('mkfifo', [join(now, 'pipe')])
    expect(restored(folder, shell)).toBe('same\n')
    expect(readdirSync(now)).toEqual(['pipe'])
  })

  test('that cannot be put back whole is told, though addresses are loaded once more meanwhile', () => {
    const folder = join(root, 'left')
    mkdirSync(join(folder, 'saved'), { recursive: true })
    writeFileSync(join(folder, 'armed'), 'run=one\nareas=network\n')
    writeFileSync(join(folder, 'list'), `network\taddresses\t1\t-\nnetwork\tabsent\t2\t${folder}/left\n`)
    for (const each of ['left', 'saved/1', 'saved/1.up', 'saved/1.routes'])
      writeFileSync(join(folder, each), '')
    // Nothing of this machine is touched.
    const script = `${functions}
ops_access=${folder}
for each in systemctl sleep sync ip netplan mkdir ops_remove ops_access_disarm; do eval "$each() { :; }"; done
mv() { case $2 in /var/*) ;; *) command mv "$@" ;; esac; }
ops_back`
    execFileSync(shell, ['-c', script], { timeout: 60_000 })
    expect(readFileSync(join(folder, 'verdict'), 'utf8')).toMatch(
      /^verdict=restore-failed\n[\s\S]*\ndetail=.*left is not as it was\n$/,
    )
  })
})
