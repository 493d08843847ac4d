/** Settings of PostgreSQL on a booted host; what the server itself shows is the oracle. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { amount, meansTheSame } from '../../../src/resources/postgres/setting-value.ts'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

test.each([
  ['1.5GB', '8kB', 196608],
  ['16384', '8kB', 16384],
  ['-1', 'kB', -1],
  ['2.5', '', 2],
  ['0x10', '', 16],
  ['0700', '', 448],
  ['1 h', 's', 3600],
  ['1MB', 'ms', undefined],
  ['much', 'kB', undefined],
] as const)('%s in units of %s is %s', (text, unit, expected) => {
  expect(amount(text, unit, true)).toBe(expected)
})

test('lists are the same however they are spaced, and other texts are not', () => {
  const text = { vartype: 'string', unit: '' }
  expect(meansTheSame('search_path', text, '"$user", public', '"$user",public')).toBe(true)
  expect(meansTheSame('search_path', text, '"a, b"', '"a,b"')).toBe(false)
  expect(meansTheSame('cluster_name', text, 'a, b', 'a,b')).toBe(false)
})

/** Spellings that the server reads, by the setting that is given them. */
const spellings = {
  shared_buffers: [
    '128MB',
    '16384',
    '0.5GB',
    '30.1GB',
    '1048577kB',
    '131073B',
    ' 64 MB ',
    '0x4000',
    '1e4',
    '040000',
  ],
  work_mem: ['64', '64kB', '1.5MB', '0.75GB', '100000B', '1TB', '4e3'],
  statement_timeout: ['0', '1.5min', '2 h', '1d', '1500us', '2500us', '90s', '.5s'],
  autovacuum_naptime: ['1min', '90.5s', '61500ms', '0.6min'],
  max_wal_size: ['1GB', '1.1GB', '1500MB', '3000000kB'],
  random_page_cost: ['4', '4.0', '1.1', '1e1', '+2'],
  vacuum_cost_delay: ['2', '2ms', '0.5ms', '1500us', '0.01s'],
  log_file_mode: ['0600', '384', '0640'],
  jit: ['on', 'ON', 'tr', 'y', '1', 'of', 'F', 'no', '0'],
}

const recipe = `
import { postgresSettings, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'Settings, as the test says.',
  params: { settings: z.string().describe('As JSON.'), restart: z.boolean().default(true).describe('Whether.') },
  steps: ({ params: { settings, restart } }) => [postgresSettings({ settings: JSON.parse(settings), restart })],
})
`

describeReal('settings of PostgreSQL on a real host', () => {
  const host = useHost({ withPackages: ['mariadb-server', 'postgresql'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'recipes/settings.ts': recipe })
  })
  afterAll(() => folder?.remove())

  const ops = (verb: string, settings: Record<string, unknown>, ...more: string[]) =>
    folder.answer([
      ...[verb, 'settings', host().name, '-F', host().sshConfig, '--settings', JSON.stringify(settings)],
      ...(verb === 'apply' ? ['--yes'] : []),
      ...more,
    ])
  const sql = (text: string) =>
    host().read(`cd /; printf '%s\\n' "${text.replaceAll('$', '\\$')}" | runuser -u postgres -- psql -XAtq`)
  const conf = '/etc/postgresql/15/main'
  const file = `${conf}/conf.d/zz-ops.conf`
  /** Other after each start of the server, and after each change of its files. */
  const started = () => sql('select pg_postmaster_start_time()')
  const asItIs = async () =>
    `${await started()}${await host().read(`find ${conf} -type f -exec sha256sum {} + | sort`)}`

  test('a spelling means what the program of the server makes of it', async () => {
    const all = Object.entries(spellings).flatMap(([key, texts]) => texts.map(text => ({ key, text })))
    const types = await sql(
      `select lower(name)||'|'||vartype||'|'||coalesce(unit,'') from pg_settings where name in ('${Object.keys(spellings).join("','")}')`,
    )
    const typeOf = Object.fromEntries(
      types
        .trim()
        .split('\n')
        .map(line => line.split('|'))
        .map(([key = '', vartype = '', unit = '']) => [key, { vartype, unit }]),
    )
    const program = `/usr/lib/postgresql/15/bin/postgres -D ${conf}`
    const made = await host().read(
      `cd /; runuser -u postgres -- sh -c '${all.map(({ key, text }) => `${program} -c ${key}="${text}" -C ${key}`).join('; ')}'`,
    )
    const shown = made.trimEnd().split('\n')
    expect(shown).toHaveLength(all.length)
    const wrong = all.filter(
      ({ key, text }, index) =>
        !meansTheSame(key, typeOf[key] ?? { vartype: '', unit: '' }, text, shown[index] ?? ''),
    )
    expect(wrong).toEqual([])
  })

  test('what the running server takes is set without a start, and other spellings of it ask for nothing', async () => {
    // As after an upgrade of glibc: from here on the server warns at each login.
    await sql("update pg_database set datcollversion='0' where datname='postgres'")
    const before = await started()
    const applied = await ops('apply', {
      work_mem: '32MB',
      log_statement: 'ddl',
      log_min_duration_statement: 500,
      jit: false,
      log_line_prefix: "%m it's \\ ",
      search_path: ['"$user"', 'public'],
      cluster_name: null,
      application_name: 'shop',
      standard_conforming_strings: false,
    })
    expect([applied.code, applied.stderr]).toEqual([0, ''])
    expect(await started()).toBe(before)
    expect(
      await sql(
        'show work_mem; show log_statement; show log_min_duration_statement; show jit; show log_line_prefix',
      ),
    ).toBe("32MB\nddl\n500ms\noff\n%m it's \\ \n")
    expect(await sql('select count(*) from pg_file_settings where error is not null')).toBe('0\n')
    const again = await ops('check', {
      work_mem: '32768',
      log_statement: 'DDL',
      log_min_duration_statement: '0.5s',
      jit: 'no',
      application_name: 'shop',
      standard_conforming_strings: 'off',
      datestyle: 'iso, dmy',
    })
    // The last one alone is another: it is shown as the server spells it.
    expect([again.code, again.stdout]).toEqual([
      2,
      expect.stringContaining('running datestyle: ISO, MDY -> iso, dmy'),
    ])
    expect(again.stdout).not.toMatch(
      /work_mem:|log_statement:|log_min_duration_statement:|jit:|application_name:|strings:/,
    )
    expect((await ops('apply', { datestyle: 'iso, dmy' })).code).toBe(0)
    expect((await ops('check', { datestyle: 'iso, dmy' })).code).toBe(0)
  })

  test('each place that can differ is seen alone', async () => {
    const settings = { work_mem: '32MB' }
    for (const change of [
      `sed -i s/32MB/16MB/ ${file}`,
      `sed -i /work_mem/d ${file}; runuser -u postgres -- psql -qc 'select pg_reload_conf()' >/dev/null`,
      `chmod 0666 ${file}`,
      `chown root ${file}`,
    ]) {
      await host().read(`cd /; ${change}`)
      expect([change, (await ops('check', settings)).code]).toEqual([change, 2])
      expect([change, (await ops('apply', settings)).code]).toEqual([change, 0])
      expect(await sql('show work_mem')).toBe('32MB\n')
    }
  })

  test('what only a start brings can wait, is told, and brings one restart', async () => {
    const settings = { max_connections: 77, wal_buffers: -1 }
    const before = await started()
    const waits = await ops('apply', settings, '--no-restart')
    expect([waits.code, waits.stderr, await started()]).toEqual([0, '', before])
    const told = await ops('check', settings, '--no-restart')
    expect([told.code, told.stdout]).toEqual([
      0,
      expect.stringContaining('the server runs with 100, and with 77 from its next start on'),
    ])
    expect(await sql('select name from pg_settings where pending_restart')).toBe('max_connections\n')
    const planned = await ops('plan', settings)
    expect(planned.stdout).toContain(
      'max_connections can only be set at a start: the server is restarted, and 0 sessions end',
    )
    expect((await ops('apply', settings)).code).toBe(0)
    expect(await sql('show max_connections')).toBe('77\n')
    const after = await started()
    expect(after).not.toBe(before)
    expect((await ops('apply', settings)).stdout).toContain('1 ok')
    expect(await started()).toBe(after)
  })

  test.each([
    [{ work_mem: 'lots' }, 'invalid value for parameter "work_mem": "lots"'],
    [{ log_statement: 'som' }, 'Available values: none, ddl, mod, all'],
    [{ no_such_setting: 'x' }, 'unrecognized configuration parameter "no_such_setting"'],
  ] as const)('%o is refused before, with the words of the server', async (settings, words) => {
    const before = await asItIs()
    const refused = await ops('apply', { ...settings, maintenance_work_mem: '99MB' })
    expect(refused.stderr).toContain(words)
    expect(refused.code).toBe(1)
    expect(await asItIs()).toBe(before)
  })

  test('a server that does not start with it gets its file back and runs', async () => {
    const before = await host().read(`cat ${file}`)
    const failed = await ops('apply', { shared_preload_libraries: ['no_such_library'] })
    expect(failed.stderr).toContain('no_such_library')
    expect(failed.stderr).toContain('was put back and postgresql@15-main runs as before')
    expect(failed.code).toBe(7)
    expect(await host().read(`cat ${file}`)).toBe(before)
    expect(await sql('show max_connections')).toBe('77\n')
  })

  test('what wins over the file is named, and is left alone', async () => {
    const refusal = async (settings: Record<string, unknown>) => {
      const planned = await ops('plan', settings)
      expect(planned.code).toBe(1)
      return planned.stderr.replaceAll(/\s+/g, ' ')
    }
    await sql('alter system set temp_buffers = 999')
    expect(await refusal({ temp_buffers: '16MB' })).toContain('ALTER SYSTEM has set temp_buffers = 999')
    await sql('alter system reset temp_buffers')
    await host().read(`echo 'temp_buffers 888' >${conf}/conf.d/zzz-theirs.conf`)
    expect(await refusal({ temp_buffers: '16MB' })).toContain(
      `${conf}/conf.d/zzz-theirs.conf:1 sets temp_buffers = 888`,
    )
    await host().read(`rm ${conf}/conf.d/zzz-theirs.conf`)
    await sql('alter role postgres set temp_buffers = 777')
    expect(await refusal({ temp_buffers: '16MB' })).toContain('hidden by ALTER ROLE or ALTER DATABASE')
    await sql(
      'alter role postgres reset temp_buffers; create role theirs; alter role theirs set temp_buffers = 666',
    )
    expect((await ops('plan', { temp_buffers: '16MB' })).stdout).toContain(
      'for role theirs temp_buffers is 666',
    )
    await host().read(`sed -i "s/^include_dir/#include_dir/" ${conf}/postgresql.conf`)
    expect(await refusal({ temp_buffers: '16MB' })).toContain('includes no folder')
    await host().read(`sed -i "s/^#include_dir = 'conf.d'/include_dir = 'conf.d'/" ${conf}/postgresql.conf`)
    await host().read(
      `sed -i "s/^pg_ctl_options.*/pg_ctl_options = '-o -ctemp_buffers=555'/" ${conf}/pg_ctl.conf; systemctl restart postgresql@15-main`,
    )
    expect(await refusal({ temp_buffers: '16MB' })).toContain('on its command line')
    await host().read(
      `sed -i "s/^pg_ctl_options.*/pg_ctl_options = ''/" ${conf}/pg_ctl.conf; systemctl restart postgresql@15-main`,
    )
  })

  test('a folder is the one that the server reads, however it is spelled', async () => {
    await host().read(
      `sed -i "s,^include_dir = 'conf.d',include_dir = '../main/./conf.d/'," ${conf}/postgresql.conf`,
    )
    expect((await ops('check', { work_mem: '32MB' })).code).toBe(0)
    expect((await ops('check', { work_mem: null })).code).toBe(2)
    await host().read(`sed -i "s,^include_dir = .*,include_dir = 'conf.d'," ${conf}/postgresql.conf`)
  })

  test.each([
    [{ primary_conninfo: 'host=db1 user=copy password = of-the-copy' }, 'passfile=PATH'],
    [{ primary_conninfo: 'postgresql://copy:of-the-copy@db1/' }, 'passfile=PATH'],
    [{ ssl_passphrase_command: 'echo of-the-copy' }, 'the path of a program'],
  ])('a secret that all could read is refused: %o', async (settings, words) => {
    const refused = await ops('plan', settings)
    expect([refused.code, refused.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      3,
      expect.stringContaining(words),
    ])
    expect(refused.stderr).not.toContain('of-the-copy')
  })

  test('an undo brings what was there before, in the file and in the server', async () => {
    const applied = await ops('apply', { work_mem: '48MB', temp_buffers: '16MB' })
    const [, run = ''] = /^run (\w+):/m.exec(applied.stdout) ?? []
    const undone = await folder.answer(['undo', run, host().name, '-F', host().sshConfig, '--yes'])
    expect([undone.code, undone.stderr]).toEqual([0, ''])
    expect(await sql('show work_mem; show temp_buffers')).toBe('32MB\n8MB\n')
    expect(await host().read(`grep -c temp_buffers ${file} || :`)).toBe('0\n')
  })

  test('a server that somebody started by hand in the group of another unit is not restarted by that unit', async () => {
    await host().read(
      `systemctl stop postgresql@15-main
      systemd-run --quiet --unit theirs sh -c 'runuser -u postgres -- pg_ctlcluster --skip-systemctl-redirect 15 main start; exec sleep infinity'
      cd /; until runuser -u postgres -- psql -qc select >/dev/null 2>&1; do sleep 0.2; done
      grep -q theirs.service /proc/$(head -n 1 /var/lib/postgresql/15/main/postmaster.pid)/cgroup`,
    )
    const before = await started()
    const refused = await ops('plan', { max_connections: 78 })
    expect([refused.code, refused.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      1,
      expect.stringContaining('the server was not started by systemd'),
    ])
    expect(await started()).toBe(before)
  })
})
