import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { watchOps } from '../../runs/ops-run.ts'

describeReal('restore-backup', () => {
  const host = useHost({ storage: 'disk', withPackages: ['attr', 'rsync'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({})
  })
  afterAll(() => folder?.remove())

  const ops = (verb: string, recipe: string, ...flags: string[]): Promise<Outcome> =>
    folder.answer([verb, recipe, host().name, '-F', host().sshConfig, ...flags])
  const copy = async (source: string, to: string, ...flags: string[]): Promise<string> => {
    const done = await ops('apply', 'guarded-backup', '--paths', source, '--to', to, '--yes', ...flags)
    expect([done.stderr, done.code]).toEqual(['', 0])
    return (await host().read(`ls -d ${to}/*Z | tail -n 1 | sed 's|.*/||'`)).trim()
  }
  /** All that can be seen of a tree, by programs that share nothing with ops. */
  const tree = (root: string): Promise<string> =>
    host().read(`cd ${root} && find . -printf '%p %y %m %U %G %l\\n' | sort; find . -type f -printf '%p %s %T@\\n' | sort
      find . -type f -exec md5sum {} + | sort; getfattr -R -h -d -m - . 2>/dev/null || :`)
  const made = (source: string): Promise<string> =>
    host().read(`mkdir -p ${source}/sub/deep && cd ${source}
      for i in 1 2 3 4 5 6; do head -c 9000 /dev/urandom >f$i; done; ln -s f1 link; ln -s /nowhere sub/dangling; chmod 0640 f3
      chown 12345:54321 f4; chmod 4755 f5; ln f6 hard; echo x >"sub/a b'é"; printf odd >"$(printf 'sub/-new\\nline*')"; echo hidden >.hidden
      setfattr -n user.of -v books f6; touch -d 2020-01-01 f5; chmod 2750 sub/deep; chown 77 sub/deep; mkfifo sub/pipe; : >sub/deep/none
      head -c 60000 /dev/urandom | od -An -tx1 >shop.sql`)

  test('lists generations with what is suspicious, and takes the newest good one', async () => {
    const [source, to] = ['/srv/list', '/backup/list']
    await made(source)
    const one = await copy(source, to)
    await host().read(`cd ${source}; echo more >>f1; rm f6`)
    const two = await copy(source, to)
    await host().read(`cd ${source}; : >f2; head -c 500 shop.sql >x; mv x shop.sql`)
    const three = await copy(source, to, '--accept-shrink')
    const listed = await ops('plan', 'restore-backup', '--from', to)
    expect(listed.stdout).toContain(`note: ${one}: 12 files, 241 KiB\n`)
    expect(listed.stdout).toContain(`note: ${two}: 11 files, 232 KiB\n`)
    expect(listed.stdout).toMatch(
      new RegExp(
        `note: ${three}: 11 files, .* KiB; suspicious: bytes: \\d+ where \\d+ are usual, empty files that`,
      ),
    )
    expect(listed.stdout).toContain(`dumps far smaller than usual: 1, first ${source}/shop.sql`)
    expect(listed.code).toBe(0)
    expect((await ops('check', 'restore-backup', '--from', to)).code).toBe(0)

    const good = (await host().read(`sha256sum <${to}/${two}${source}/shop.sql`)).trim()
    const plan = await ops('plan', 'restore-backup', '--from', to, '--path', `${source}/shop.sql`)
    expect(plan.stderr).toContain(
      `one file was changed after the copy of ${two} was made, first ${source}/shop.sql`,
    )
    const done = await ops(
      ...(['apply', 'restore-backup', '--from', to, '--path', `${source}/shop.sql`] as const),
      ...['--overwrite', '--yes'],
    )
    expect([done.stderr, done.code]).toEqual(['', 0])
    expect((await host().read(`sha256sum <${source}/shop.sql`)).trim()).toBe(good)
    expect(await host().read(`cat /var/lib/ops/kept/*${source}/shop.sql | wc -c`)).toBe('500\n')
    // By name, or by its beginning; one that no generation has is refused.
    const older = ['apply', 'restore-backup', '--from', to, '--path', `${source}/f6`, '--yes'] as const
    const missing = await ops(...older, '--generation', two)
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringContaining(`no generation that begins with ${two} holds ${source}/f6`),
    ])
    expect((await ops(...older, '--generation', one.slice(0, 4))).code).toBe(0)
    expect(
      await host().read(`cmp ${source}/f6 ${to}/${one}${source}/f6 && getfattr -n user.of ${source}/f6`),
    ).toContain('books')
    expect((await ops('plan', 'restore-backup', '--from', '/backup/none')).stderr).toContain(
      '/backup/none is not there: is its disk mounted?',
    )
  })

  test('brings a tree back as it was, whatever its names, and has nothing to do the second time', async () => {
    const [source, to] = ['/srv/tree', '/backup/tree']
    await made(source)
    const before = await tree(source)
    await copy(source, to)
    const restore = (...flags: string[]) =>
      ops('apply', 'restore-backup', '--from', to, '--path', source, '--yes', ...flags)
    expect((await restore()).stdout).toContain('nothing to do')

    // All of it gone, with the folder that it was in.
    await host().read(`mkdir /srv/keep; mv ${source} /srv/keep/tree`)
    const whole = await restore()
    expect([whole.stderr, whole.code]).toEqual(['', 0])
    expect(await tree(source)).toBe(before)
    expect(await host().read(`stat -c %h ${source}/hard`)).toBe('2\n')
    // Some of it gone, some of it damaged behind its time, or with another owner or mode.
    await host().read(`cd ${source}; rm -r sub/deep f1 link .hidden sub/-*; ln -s f2 link; touch -h -d 2019-01-01 link
      printf garbage | dd of=f2 conv=notrunc status=none; touch -r /srv/keep/tree/f2 f2
      chmod 0600 f3; chown 0:0 f4; chmod 0755 f5; touch -r /srv/keep/tree/f5 f5; chmod 700 sub; echo mine >sub/beside`)
    const plan = await ops('plan', 'restore-backup', '--from', to, '--path', source)
    for (const line of [
      'sub/deep is missing',
      'sub/-new?line* is missing',
      'f2 has other content',
      'link has other content',
    ])
      expect(plan.stdout).toContain(`note: ${source}/${line}`)
    expect(plan.stdout).toContain('note: 1 name is there beside the copy, and stays')
    const some = await restore()
    expect([some.stderr, some.code]).toEqual(['', 0])
    expect(await host().read(`cat ${source}/sub/beside; rm ${source}/sub/beside`)).toBe('mine\n')
    expect(await tree(source)).toBe(before)
    expect((await restore()).stdout).toContain('nothing to do')

    // A disk that is not there must not be filled up on the one below.
    await host().read(`echo 'LABEL=gone ${source}/sub ext4 defaults 0 0' >>/etc/fstab`)
    const unmounted = await restore()
    await host().read(`sed -i '/LABEL=gone/d' /etc/fstab`)
    expect([unmounted.code, unmounted.stderr]).toEqual([
      1,
      expect.stringContaining(`${source}/sub has a disk of its own in /etc/fstab, which is not mounted`),
    ])

    const into = ['--into', '/root/a b/before']
    expect((await restore(...into)).code).toBe(0)
    expect(await tree('"/root/a b/before/tree"')).toBe(before)
    expect(await host().read(`stat -c '%a %U' '/root/a b' '/root/a b/before'`)).toBe('755 root\n755 root\n')
    expect((await restore(...into)).stdout).toContain('nothing to do')
    expect(await host().read(`find /srv /root -name '.ops.*'`)).toBe('')
  })

  test('replaces nothing newer, nothing of another kind, and nothing by way of a link', async () => {
    const [source, to] = ['/srv/safe', '/backup/safe']
    await made(source)
    await copy(source, to)
    const restore = (...flags: string[]) => ops('apply', 'restore-backup', '--from', to, '--yes', ...flags)
    await host().read(`cd ${source}; echo today >f1; rm f2`)
    const before = await tree(source)
    const newer = await restore('--path', source)
    expect(newer.stderr).toContain(
      `first ${source}/f1: --overwrite brings the copy back and keeps what is there now`,
    )
    expect([newer.code, await tree(source)]).toEqual([1, before])
    // What is missing beside it can be had alone.
    expect((await restore('--path', `${source}/f2`)).code).toBe(0)
    expect(await host().read(`cat ${source}/f1`)).toBe('today\n')

    // Two names of one file: a copy of one of them would part them, and the copy does not tell that they were one.
    await host().read(`echo both >>${source}/hard`)
    const linked = await restore('--path', `${source}/f6`, '--overwrite')
    expect([linked.code, linked.stderr]).toEqual([
      1,
      expect.stringContaining(
        `one file that differs has other names (hard links), first ${source}/f6, and would be parted from them`,
      ),
    ])
    expect(await host().read(`tail -c 5 ${source}/f6; rm ${source}/hard`)).toBe('both\n')
    expect((await restore('--path', `${source}/f6`, '--overwrite')).code).toBe(0)

    await host().read(`cd ${source}; rm -r sub; echo file >sub`)
    const kind = await restore('--path', source, '--overwrite')
    expect(kind.stderr).toContain(
      `something of another kind than the copy (a file, a folder, a link) is in one place, first ${source}/sub`,
    )
    const below = await restore('--path', `${source}/sub/deep`)
    expect([kind.code, below.code, await host().read(`cat ${source}/sub ${source}/f1`)]).toEqual([
      1,
      1,
      'file\ntoday\n',
    ])

    // A folder of hers on the way, and what she puts there.
    await host().read(
      `install -d -o guest /home/guest/own; install -d -m 700 /root/private; echo a >/home/guest/own/a; chown guest /home/guest/own/a`,
    )
    await copy('/home/guest/own', '/backup/hers')
    await host().read(
      'rm -r /home/guest/own; ln -s /root/private /home/guest/own; chown -h guest /home/guest/own',
    )
    const led = await ops(
      'apply',
      'restore-backup',
      '--from',
      '/backup/hers',
      '--path',
      '/home/guest/own/a',
      '--yes',
    )
    expect([led.code, led.stderr]).toEqual([
      1,
      expect.stringMatching(/symbolic link of another user|of another kind/),
    ])
    expect(await host().read('ls -A /root/private')).toBe('')
    await host().read('chown guest /backup/hers')
    expect(
      (await ops('plan', 'restore-backup', '--from', '/backup/hers', '--path', '/home/guest/own/a')).stderr,
    ).toContain('/backup/hers belongs to guest, and so could have put anything into')
    expect(
      (await ops('plan', 'restore-backup', '--from', to, '--path', source, '--into', `${to}/x`)).code,
    ).toBe(3)
  })

  test('finds a file that only the last copies hold', async () => {
    const [source, to] = ['/srv/last', '/backup/last']
    await made(source)
    const one = await copy(source, to)
    const sum = await host().read(`sha256sum <${source}/f3; rm ${source}/f3`)
    await copy(source, to, '--keep', '1')
    const done = await ops('apply', 'restore-backup', '--from', to, '--path', `${source}/f3`, '--yes')
    expect(done.stdout).toContain(`note: ${one}.last: 1 file, 8.8 KiB`)
    expect([done.code, await host().read(`sha256sum <${source}/f3`)]).toEqual([0, sum])
    // A folder is never taken from there by itself.
    const tree = await ops('plan', 'restore-backup', '--from', to, '--path', source)
    expect(tree.stdout).not.toContain('.last')
  })

  test('a restore that is killed leaves whole files, and the same command goes on', async () => {
    const [source, to] = ['/srv/killed', '/backup/killed']
    await made(source)
    await host().read(`head -c 300M /dev/zero >${source}/sub/big`)
    const before = await tree(source)
    await copy(source, to)
    await host().read(
      `cd ${source}; rm sub/big f1; printf garbage | dd of=f2 conv=notrunc status=none; touch -d 2019-01-01 f2`,
    )
    const argv = ['apply', 'restore-backup', host().name, '-F', host().sshConfig]
    const run = watchOps(folder, [...argv, '--from', to, '--path', source, '--yes'])
    // A program may end between two looks at it: what counts is that something was killed.
    await host().read(`turns=0
      until ls -d ${source}/sub/.ops.*/.ops-batch/big >/dev/null 2>&1 && pid=$(pgrep -x 'cp|sha256sum' | head -n 1) && [ -n "$pid" ] &&
        session=$(ps -o sess= -p $pid) && [ -n "$session" ] && all=$(ps -o pid= -s $session) && [ -n "$all" ] && { kill -KILL $all 2>/dev/null || :; }; do
        turns=$((turns + 1)); [ $turns -lt 6000 ] || { echo 'it never began'; exit 1; }
        sleep 0.005
      done`)
    expect(await run.ended).not.toBe(0)
    expect(await host().read(`ls -A ${source}/sub | grep -c '^big' || :`)).toBe('0\n')
    const again = await ops('apply', 'restore-backup', '--from', to, '--path', source, '--yes')
    expect([again.stderr, again.code]).toEqual(['', 0])
    expect(await tree(source)).toBe(before)
    expect(await host().read(`find /srv -name '.ops.*'`)).toBe('')
  })
})
