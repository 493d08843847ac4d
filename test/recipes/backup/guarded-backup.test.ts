import { expect, test } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { watchOps } from '../../runs/ops-run.ts'
import { usePlaces } from './use-places.ts'

describeReal('guarded-backup', () => {
  const { host, folder, place } = usePlaces({ loopDevices: false })

  test('copies everything as it is, does nothing when nothing changed, and links what did not change', async () => {
    const { source, to, apply, check, generations, tree } = await place('plain')
    expect((await check()).code).toBe(2)
    const first = await apply()
    expect(first.stderr).toBe('')
    expect(first.code).toBe(0)
    const [one = ''] = await generations()
    expect(one).toMatch(/^\d{4}-\d\d-\d\dT\d{6}Z$/)
    expect(await tree(`${to}/${one}${source}`)).toBe(await tree(source))
    expect(await host().read(`cd ${to}/${one}${source} && stat -c %i f1 hard | uniq | wc -l`)).toBe('1\n')
    expect((await apply()).stdout).toContain('nothing to do')
    expect((await check()).code).toBe(0)

    await host().read(`cd ${source}; echo more >>f1; rm f8; mkdir new; echo new >new/file`)
    expect((await apply()).code).toBe(0)
    const [, two = ''] = await generations()
    expect(await host().read(`cd ${to}/${two}${source} && cat new/file && ls f8 2>&1 || true`)).toMatch(
      /^new\n.*No such file/,
    )
    const inodes = await host().read(
      `cd ${to} && stat -c %i ${one}${source}/f2 ${two}${source}/f2 ${one}${source}/f1 ${two}${source}/f1`,
    )
    const [f2before, f2after, f1before, f1after] = inodes.split('\n')
    expect(f2after).toBe(f2before)
    expect(f1after).not.toBe(f1before)
    expect(await host().read(`cat ${to}/${one}${source}/f1 | wc -c`)).toBe('20000\n')
  })

  test('contents that changed behind size and time are found with --checksum', async () => {
    const { source, apply, generations } = await place('silent')
    await apply()
    await host().read(`cd ${source}; printf garbage | dd of=f2 conv=notrunc status=none; touch -r f3 f2.time
      touch -d "$(stat -c %y "$(ls -d /backup/silent/*)${source}/f2")" f2; rm f2.time`)
    expect((await apply()).stdout).toContain('nothing to do')
    const refused = await apply('--checksum')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(
      '1 file below /srv/silent with other contents than the copy, at the same size and time, first /srv/silent/f2',
    )
    await host().read(`touch ${source}/f2`)
    expect((await apply('--checksum')).code).toBe(0)
    expect(await generations()).toHaveLength(2)
  })

  test('keeps as many generations as it is told, the newest ones', async () => {
    const { source, apply, generations } = await place('keep')
    const made: string[] = []
    for (let turn = 0; turn < 4; turn++) {
      await host().read(`echo ${turn} >>${source}/f1`)
      expect((await apply('--keep', '2')).code).toBe(0)
      made.push((await generations()).at(-1) ?? '')
    }
    expect(await generations()).toEqual(made.slice(-2))
    expect((await apply('--keep', '1')).code).toBe(0)
    expect(await generations()).toEqual(made.slice(-1))
  })

  test('a copy that is cut off leaves nothing that looks whole, and the next run ends it', async () => {
    const { source, to, argv, apply, check, generations, tree } = await place('cut')
    await apply()
    const kept = await generations()
    await host().read(`head -c 300M /dev/zero >${source}/big; echo small >${source}/after`)
    const run = watchOps(folder(), ['apply', ...argv, '--yes'])
    // The whole batch, at once, as a power cut would: the shell of the run with all that it started.
    await host().read(`turns=0
      until ls -d ${to}/.incomplete-*/srv >/dev/null 2>&1 && pid=$(pgrep -x rsync | head -n 1) && [ -n "$pid" ]; do
        turns=$((turns + 1)); [ $turns -lt 3000 ] || { echo 'the copy never began'; exit 1; }
        sleep 0.01
      done
      # One of them may have ended meanwhile.
      kill -KILL $(ps -o pid= -s $(ps -o sess= -p $pid)) 2>/dev/null || :`)
    expect(await run.ended).not.toBe(0)
    const left = await generations()
    expect(left.filter(name => !name.startsWith('.'))).toEqual(kept)
    expect(left.filter(name => name.startsWith('.incomplete-'))).toHaveLength(1)
    expect((await check()).code).toBe(2)
    expect((await apply()).code).toBe(0)
    const [, two = ''] = await generations()
    expect(await tree(`${to}/${two}${source}`)).toBe(await tree(source))
    expect(await generations()).toEqual([...kept, two])
    expect((await apply()).stdout).toContain('nothing to do')
  })

  test('a destination that is no folder is refused before anything is made', async () => {
    const { to, apply } = await place('taken')
    await host().read(`mkdir -p /backup; echo mine >${to}`)
    const { code, stdout, stderr } = await apply()
    expect(code).toBe(1)
    expect(stderr).toContain(`${to} is there and is not a folder`)
    expect(stdout).toContain('1 failed, 1 not reached')
    // The place in a recipe that ships built would be one in a file of a single line.
    expect(stderr).not.toContain('dist/recipes')
    expect(await host().read(`cat ${to}`)).toBe('mine\n')
  })

  test('what cannot work is refused before anything is contacted', async () => {
    const refused = (...flags: string[]) =>
      folder().ops(['plan', 'guarded-backup', 'nowhere.invalid', ...flags])
    const inside = await refused('--paths', '/srv', '--to', '/srv/backup')
    expect(inside.code).toBe(3)
    expect(inside.stderr).toContain('the destination lies within one of the paths')
    expect((await refused('--paths', '/srv,/srv/app', '--to', '/backup')).stderr).toContain(
      'one path lies within another',
    )
    const relative = await refused('--paths', '/etc,srv', '--to', 'backup')
    expect(relative.stderr).toContain('--paths /etc,srv: srv: must be an absolute path')
    expect(relative.stderr).toContain('--to backup: must be an absolute path')
  })
})
