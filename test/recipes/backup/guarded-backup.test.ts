import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { watchOps } from '../../runs/ops-run.ts'
import { attach, damages, detach, diskPackages, makeImages, useLoopDevicesAlone } from '../disks.ts'

describeReal('guarded-backup', () => {
  useLoopDevicesAlone()
  const host = useHost({ loopDevices: true, storage: 'disk', withPackages: diskPackages })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({})
  })
  afterAll(() => folder?.remove())

  /** Each test has a source and a destination of its own. */
  const place = async (name: string) => {
    const source = `/srv/${name}`
    const to = `/backup/${name}`
    await host().read(`mkdir -p ${source}/sub && cd ${source}
      for i in 1 2 3 4 5 6 7 8; do head -c 20000 /dev/urandom >f$i; done; ln f1 hard; ln -s f1 link
      echo x >"sub/a b'é"; echo log >app.log; chmod 0640 f3; chown 12345 f4; touch -d 2020-01-01 f5
      # rsync leaves a new link the time it has where that is right to the second.
      touch -h -d 2020-01-01 link`)
    const argv = ['guarded-backup', host().name, '-F', host().sshConfig, '--paths', source, '--to', to]
    return {
      source,
      to,
      argv,
      apply: (...flags: string[]): Promise<Outcome> => folder.ops(['apply', ...argv, '--yes', ...flags]),
      check: (...flags: string[]): Promise<Outcome> => folder.ops(['check', ...argv, ...flags]),
      generations: async (): Promise<string[]> =>
        (await host().read(`ls -A ${to} 2>/dev/null || true`)).split('\n').filter(line => line !== ''),
      /** Everything that can be seen of a tree, without the times of folders. */
      tree: (root: string): Promise<string> =>
        host().read(
          `cd ${root} && find . ! -type d -printf '%p %y %s %m %U %G %T@ %l\\n' | sort; find . -type f -exec sha256sum {} + | sort`,
        ),
    }
  }

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

  test('a source that is empty, shrunken, emptied or away replaces nothing, unless that was meant', async () => {
    const { source, apply, check, generations } = await place('guard')
    await apply()
    const kept = await generations()
    const refusal = async (damage: string, expected: RegExp) => {
      await host().read(`cp -a ${source} ${source}.good; cd ${source}; ${damage}`)
      const refused = await apply()
      expect(refused.code).toBe(1)
      expect(refused.stderr).toMatch(expected)
      expect(refused.stderr).toContain(`(the copy of ${kept[0]} is kept)`)
      expect((await check()).code).not.toBe(0)
      expect(await generations()).toEqual(kept)
      await host().read(`rm -rf ${source}; mv ${source}.good ${source}`)
    }
    await refusal(
      'rm -r ./*',
      /\/srv\/guard is empty now, its copy holds 11 files \(176 KiB\): add --accept-shrink/,
    )
    await refusal('for i in *; do [ ! -f $i ] || : >$i; done', /\/srv\/guard has shrunk to 11 files \(2 B\)/)
    await refusal(
      'rm f1 f2 f3 f4 f5 f6',
      /\/srv\/guard has shrunk to 5 files \(59 KiB\), its copy holds 11 files \(176 KiB\)/,
    )
    await refusal(
      ': >f2',
      /1 file below \/srv\/guard became empty, first \/srv\/guard\/f2: add --accept-shrink/,
    )
    await refusal(`mv ${source} ${source}.away`, /\/srv\/guard is not there: is its disk mounted\?/)
    await host().read(`rm -rf ${source}.away`)
    await refusal(
      `cd /; mv ${source} ${source}.real; ln -s ${source}.real ${source}`,
      /is a symbolic link to \/srv\/guard.real/,
    )
    expect((await apply()).stdout).toContain('nothing to do')

    // A log may be emptied, and a small loss is everyday life.
    await host().read(`cd ${source}; : >app.log; rm f7`)
    expect((await apply()).code).toBe(0)
    await host().read(`cd ${source}; rm f1 hard f2 f3 f4 f5`)
    expect((await apply()).code).toBe(1)
    expect((await apply('--accept-shrink')).code).toBe(0)
    expect((await apply()).stdout).toContain('nothing to do')
    expect(await generations()).toHaveLength(3)
  })

  test('one dump that dwindled or holds nothing replaces nothing, however large its neighbours are', async () => {
    const { source, apply, generations } = await place('dumps')
    await host().read(`cd ${source}; head -c 3000000 /dev/urandom >big.tar
      head -c 60000 /dev/urandom | od -An -tx1 >shop.sql; gzip -kf shop.sql
      for day in 18 19 20; do cp shop.sql day-2026-11-$day.sql; done`)
    expect((await apply()).code).toBe(0)
    const kept = await generations()
    const refusal = async (damage: string, expected: RegExp) => {
      await host().read(`cp -a ${source} ${source}.good; cd ${source}; ${damage}`)
      const refused = await apply()
      expect(refused.code).toBe(1)
      expect(refused.stderr).toMatch(expected)
      expect(await generations()).toEqual(kept)
      await host().read(`rm -rf ${source}; mv ${source}.good ${source}`)
    }
    await refusal(
      'gzip -c </dev/null >shop.sql.gz',
      /first \/srv\/dumps\/shop.sql.gz with 20 B where .* is usual/,
    )
    await refusal(
      'head -c 50000 shop.sql >shop.new; mv shop.new shop.sql',
      /first \/srv\/dumps\/shop.sql with 49 KiB where 179 KiB is usual/,
    )
    await refusal(
      'head -c 9000 shop.sql >day-2026-11-21.sql',
      /first \/srv\/dumps\/day-2026-11-21.sql with 8.8 KiB/,
    )
    await refusal(
      'gzip -c </dev/null >new.sql.gz',
      /\/srv\/dumps\/new.sql.gz: it unpacks to nothing: run the dump again/,
    )
    await refusal('echo "pg_dump: error: no" >new.dump', /it holds only a message: pg_dump: error: no/)
    await host().read(`cd ${source}; cp shop.sql day-2026-11-21.sql`)
    expect((await apply()).code).toBe(0)
  })

  test('each path is held against its own newest copy, whatever other paths were copied there since', async () => {
    const { source, apply, argv, generations } = await place('turns')
    await apply()
    await host().read('mkdir -p /srv/other; echo other >/srv/other/file')
    const other = argv.map(each => (each === source ? '/srv/other' : each))
    expect((await folder.ops(['apply', ...other, '--yes'])).code).toBe(0)
    const kept = await generations()
    await host().read(
      `cp -a ${source} ${source}.good; cd ${source}; for i in *; do [ ! -f $i ] || : >$i; done`,
    )
    const refused = await apply()
    expect(refused.stderr).toMatch(/\/srv\/turns has shrunk to 11 files \(2 B\), its copy holds 11 files/)
    expect([refused.code, await generations()]).toEqual([1, kept])
    await host().read(`rm -rf ${source}; mv ${source}.good ${source}`)
    // The newest copy of this path is as the source is: that another one was made since changes nothing.
    expect((await apply()).stdout).toContain('nothing to do')
    expect(await generations()).toEqual(kept)
  })

  test('backups of other paths that share a destination push none of its copies out', async () => {
    const { source, to, apply, argv, generations } = await place('shared')
    await apply()
    const first = await generations()
    await host().read('mkdir -p /srv/beside; echo beside >/srv/beside/file')
    const beside = argv.map(each => (each === source ? '/srv/beside' : each))
    const both = [...argv, '--paths', '/srv/beside']
    for (let turn = 0; turn < 3; turn++) {
      await host().read(`echo ${turn} >>/srv/beside/file`)
      expect((await folder.ops(['apply', ...beside, '--yes', '--keep', '1'])).code).toBe(0)
    }
    const plan = await folder.ops(['plan', ...both, '--keep', '1'])
    expect(plan.stdout).toContain('2 generations hold other paths and stay')
    expect((await folder.ops(['apply', ...both, '--yes', '--keep', '1'])).code).toBe(0)
    const all = await generations()
    expect(all).toHaveLength(3)
    expect(all).toContain(first[0])
    expect(await host().read(`cat ${to}/${all[1]}/srv/beside/file ${to}/${all[2]}/srv/beside/file`)).toBe(
      'beside\n0\n1\n2\n'.repeat(2),
    )
    for (const argv of [both, beside]) {
      expect((await folder.ops(['apply', ...argv, '--yes', '--keep', '1'])).stdout).toContain('nothing to do')
    }
  })

  test('a backup of a folder and one of a folder in it share a destination, and guard each other', async () => {
    const { source, to, argv, apply, generations } = await place('nested')
    const inner = argv.map(each => (each === source ? `${source}/sub` : each))
    const applyInner = () => folder.ops(['apply', ...inner, '--yes', '--keep', '1'])
    expect((await apply('--keep', '1')).code).toBe(0)
    const [outerOne = ''] = await generations()
    for (let turn = 0; turn < 2; turn++) {
      await host().read(`echo ${turn} >>${source}/sub/more`)
      expect((await applyInner()).code).toBe(0)
    }
    expect(await generations()).toEqual([outerOne, expect.any(String)])
    expect(
      await host().read(`find ${to} -name f3 -links +1 | wc -l; ls ${to}/*/${source}/f3 | wc -l`),
    ).toMatch(/^0\n1/)
    await host().read(`cp -a ${source} ${source}.good; rm ${source}/f*`)
    const refused = await apply('--keep', '1')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('has shrunk to')])
    await host().read(`rm -rf ${source}; mv ${source}.good ${source}; echo last >>${source}/sub/more`)
    expect((await apply('--keep', '1')).code).toBe(0)
    const kept = await generations()
    expect(kept).toHaveLength(2)
    expect(await host().read(`cat ${to}/${kept[0]}${source}/sub/more`)).toBe('0\n1\n')
    expect(await host().read(`stat -c %h ${to}/${kept[1]}${source}/f3`)).toBe('1\n')
  })

  test('a source on a damaged file system replaces nothing', async () => {
    const { source, to, apply, generations } = await place('rotten')
    await host().read(`${makeImages}\n${damages['ext4-inodes']}`)
    const [good = ''] = await attach(host(), ['ext4'])
    await host().read(`rm -r ${source}/*; mount -o ro ${good} ${source}`)
    expect((await apply()).code).toBe(0)
    await host().read(`umount ${source}`)
    await detach(host(), [good])
    const kept = await generations()
    const copy = await host().read(
      `cd ${to}/${kept[0]}${source} && find . -type f -exec sha256sum {} + | sort`,
    )

    const [bad = ''] = await attach(host(), ['ext4-inodes'])
    onTestFinished(() => detach(host(), [bad]))
    await host().read(`mount -o ro,noload ${bad} ${source}`)
    const refused = await apply()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(
      /\/srv\/rotten cannot be read whole: rsync: .*(Bad message|Structure needs cleaning)/,
    )
    expect(await generations()).toEqual(kept)
    expect(
      await host().read(`cd ${to}/${kept[0]}${source} && find . -type f -exec sha256sum {} + | sort`),
    ).toBe(copy)
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
    const run = watchOps(folder, ['apply', ...argv, '--yes'])
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

  test('a destination that is full, or not mounted, keeps what it has', async () => {
    const { source, argv, generations } = await place('full')
    await host().read('truncate -s 20M /srv/small; mkfs.ext4 -q /srv/small; mkdir -p /backup/full')
    const unmounted = await folder.ops(['apply', ...argv, '--yes', '--mounted'])
    expect(unmounted.code).toBe(1)
    expect(unmounted.stderr).toContain('/backup/full is on the file system of /: is the backup disk mounted?')
    const device = (await host().read('losetup --find --show /srv/small')).trim()
    onTestFinished(() => detach(host(), [device]))
    await host().read(`mount ${device} /backup/full; rmdir /backup/full/lost+found`)
    expect((await folder.ops(['apply', ...argv, '--yes', '--mounted'])).code).toBe(0)
    const kept = await generations()
    await host().read(`head -c 40M /dev/urandom >${source}/big`)
    const full = await folder.ops(['apply', ...argv, '--yes', '--mounted'])
    expect(full.code).toBe(1)
    expect(full.stderr).toMatch(/No space left on device.*; the copies that were there are as they were/)
    expect(await generations()).toEqual(kept)
  })

  test('what cannot work is refused before anything is contacted', async () => {
    const refused = (...flags: string[]) =>
      folder.ops(['plan', 'guarded-backup', 'nowhere.invalid', ...flags])
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
