import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

describeReal('the last good copy of a file', () => {
  const host = useHost({ withPackages: ['rsync'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({})
  })
  afterAll(() => folder?.remove())

  /** Each run keeps one generation, so that the one before goes. Answers with the new generation. */
  const run = async (source: string, to: string, ...flags: string[]): Promise<string> => {
    const argv = ['guarded-backup', host().name, '-F', host().sshConfig, '--paths', source, '--to', to]
    const done = await folder.answer(['apply', ...argv, '--keep', '1', '--yes', ...flags])
    expect([done.stderr, done.code]).toEqual(['', 0])
    return (await host().read(`cd ${to}; ls -d *Z | tail -n 1`)).trim()
  }
  /** All files and links that are kept beside the generations. */
  const kept = async (to: string): Promise<string[]> =>
    (await host().read(`cd ${to}; find *.last ! -type d ! -name .ops-paths 2>/dev/null || :`))
      .split('\n')
      .filter(line => line !== '')
      .sort()

  test('stays through accepted shrinking, run after run, and where the file is gone, until a newer one is as good', async () => {
    const [source, to] = ['/srv/books', '/backup/books']
    await host().read(`mkdir -p ${source}/sub ${source}/moved; cd ${source}; umask 027
      for i in 1 2 3 4 5 6 7 8; do head -c 20000 /dev/urandom >f$i; done; ln -s f1 link; echo log >app.log
      echo ledger >sub/ledger; echo here >moved/in; head -c 60000 /dev/urandom | od -An -tx1 >shop.sql
      for day in 18 19 20; do cp shop.sql day-$day.sql; done; printf 'odd' >"$(printf ' odd\\nname*?')"; chown 12345 sub/ledger
      setfattr -n user.of -v books sub/ledger 2>/dev/null || :`)
    const sums = `sha256sum ${source}/f2 ${source}/sub/ledger ${source}/shop.sql | cut -c 1-64`
    const good = await host().read(sums)
    const first = await run(source, to)

    await host().read(`cd ${source}; : >f2; rm sub/ledger link "$(printf ' odd\\nname*?')"; head -c 900 shop.sql >x; mv x shop.sql
      : >app.log; rm day-18.sql; cp day-19.sql day-21.sql; mkdir /srv/live; mv moved/in /srv/live; rmdir moved; ln -s /srv/live moved`)
    const second = await run(source, to, '--accept-shrink')
    const names = ['f2', 'link', 'moved/in', 'shop.sql', 'sub/ledger'].map(
      name => `${first}.last${source}/${name}`,
    )
    expect(await kept(to)).toEqual([`${first}.last${source}/ odd`, ...names, 'name*?'].sort())
    expect(
      await host().read(
        `cd ${to}/${first}.last${source}; sha256sum f2 sub/ledger shop.sql | cut -c 1-64; stat -c '%u %a' sub/ledger`,
      ),
    ).toBe(`${good}12345 640\n`)

    // Again, and again accepted: nothing of it moves.
    await host().read(`cd ${source}; echo more >f3`)
    const third = await run(source, to, '--accept-shrink')
    expect(await kept(to)).toEqual(
      [`${first}.last${source}/ odd`, ...names, 'name*?', `${second}.last${source}/f3`].sort(),
    )
    const plan = await folder.answer([
      ...['plan', 'guarded-backup', host().name, '-F', host().sshConfig],
      ...['--paths', source, '--to', to, '--keep', '1'],
    ])
    expect(plan.stdout).toContain(`since older generations were taken away: ${to}/*.last (2)`)

    // Brought back whole: the copies that they stand for go, with what holds nothing any more.
    await host().read(`cd ${source}; for name in f2 shop.sql; do cp -p ${to}/${first}.last${source}/$name .; done
      cp -p ${to}/${second}.last${source}/f3 .; rm moved; mkdir moved; mv /srv/live/in moved`)
    await run(source, to)
    expect(third).not.toBe(second)
    expect(await kept(to)).toEqual(
      [
        `${first}.last${source}/ odd`,
        `${first}.last${source}/link`,
        `${first}.last${source}/sub/ledger`,
        'name*?',
      ].sort(),
    )
  })

  test('stays when several backups share a folder, and goes after --forget', async () => {
    const to = '/backup/shared'
    await host().read(
      'mkdir -p /srv/one/in /srv/two; echo one >/srv/one/in/file; echo two >/srv/two/file; echo x >/srv/one/x',
    )
    const outer = await run('/srv/one', to)
    const inner = await run('/srv/one/in', to)
    await run('/srv/two', to)
    // The newer generation of the other backup holds it as well.
    await host().read('rm /srv/one/in/file; echo new >/srv/one/in/new')
    await run('/srv/one', to)
    expect(await kept(to)).toEqual([])
    await run('/srv/two', to)
    expect(await kept(to)).toEqual([])
    await run('/srv/one/in', to, '--accept-shrink')
    expect(await kept(to)).toEqual([`${inner}.last/srv/one/in/file`])
    expect(outer).not.toBe(inner)

    await host().read(`cd ${to}; mv ${inner}.last 2020-01-01T000000Z.last`)
    await run('/srv/two', to, '--forget', '30')
    await run('/srv/one/in', to, '--forget', '36500')
    expect(await kept(to)).toEqual(['2020-01-01T000000Z.last/srv/one/in/file'])
    await run('/srv/one/in', to, '--forget', '30')
    expect(await kept(to)).toEqual([])
    expect(await host().read(`ls ${to} | grep -c last || :`)).toBe('0\n')
  })
})
