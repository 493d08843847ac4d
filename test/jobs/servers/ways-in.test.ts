/** The ways to a server that is not on its own host's socket: TLS where the network could read along, and passwords from elsewhere. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const password = 'hidden words of the test'

describeReal('the way to a database server', () => {
  const host = useHost({ name: 'db1', withPackages: ['mariadb-server', 'openssl'] })
  let folder: Folder
  beforeAll(async () => {
    const { address } = host()
    await host().read(`set -e; mkdir /etc/mysql/tls; cd /etc/mysql/tls
      openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem 2>/dev/null
      openssl req -newkey rsa:2048 -nodes -subj /CN=db1 -keyout server.key -out server.csr 2>/dev/null
      printf 'subjectAltName=IP:${address}' >ext
      openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out server.pem 2>/dev/null
      chown -R mysql .
      printf '[mysqld]\\nbind-address=0.0.0.0\\nssl-ca=/etc/mysql/tls/ca.pem\\nssl-cert=/etc/mysql/tls/server.pem\\nssl-key=/etc/mysql/tls/server.key\\n' >/etc/mysql/mariadb.conf.d/99-tls.cnf
      systemctl restart mariadb`)
    await host().read('mariadb', {
      input: `CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY, at DATETIME, KEY (at)); INSERT INTO app.t VALUES (1, '2020-01-01');
        CREATE USER far@'%' IDENTIFIED BY '${password}'; GRANT ALL ON app.* TO far@'%'; GRANT REFERENCES ON *.* TO far@'%';`,
    })
    folder = folderWith({ 'ca.pem': await host().read('cat /etc/mysql/tls/ca.pem'), word: `${password}\n` })
  })
  afterAll(() => folder?.remove())

  const archive = (
    section: string,
    to: string,
    env: Record<string, string> = {},
    more: readonly string[] = [],
  ): Promise<Outcome> => {
    writeFileSync(join(folder.path, 'ops.ini'), `[hosts]\ndb1\n\n[db far]\nuser = far\n${section}\n`)
    const argv = [
      'db',
      'archive',
      'far',
      'app.t',
      '--older-than',
      '6mo',
      '--by',
      'at',
      '--to',
      to,
      '--yes',
      '--no-delete',
    ]
    return folder.answer([...argv, ...more, '-F', host().sshConfig], { env })
  }
  const usedCipher = (): Promise<string> =>
    host().read(`mariadb --skip-ssl -BN -e "SHOW GLOBAL STATUS LIKE 'Ssl_finished_accepts'"`)

  test.each([
    [
      'directly, with the authority that is named',
      () => `address = ${host().address}\nca = ca.pem\npassword = env:WORD`,
      'tls',
    ],
    [
      'directly, with TLS that nobody is to check',
      () => `address = ${host().address}\nverify = no\npassword = cmd:cat word`,
      'tls',
    ],
    [
      'directly, in a network that may read along',
      () => `address = ${host().address}\ntls = off\npassword = @word`,
      'plain',
    ],
    [
      'through SSH, to a port that is forwarded',
      () => 'host = db1\naddress = 127.0.0.1\npassword = @word',
      'ssh',
    ],
  ])('leads %s', async (_way, section, kind) => {
    const before = await usedCipher()
    const run = await archive(section(), kind, { WORD: password })
    expect(run.stderr).toBe('')
    expect(run.code).toBe(0)
    expect((await usedCipher()) !== before).toBe(kind === 'tls')
    for (const name of readdirSync(join(folder.path, kind), { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.json'))
        expect(readFileSync(join(folder.path, kind, name), 'utf8')).not.toContain(password)
    }
  })

  test.each([
    [
      'an authority that is not known',
      () => `address = ${host().address}\npassword = @word`,
      4,
      'no connection with TLS',
    ],
    [
      'a wrong password',
      () => 'host = db1\naddress = 127.0.0.1\npassword = cmd:echo wrong',
      4,
      'does not let far in',
    ],
    [
      'a variable that is not there',
      () => 'host = db1\naddress = 127.0.0.1\npassword = env:NOWHERE',
      3,
      'NOWHERE is not in the environment',
    ],
    [
      'a command that fails',
      () => 'host = db1\naddress = 127.0.0.1\npassword = cmd:false',
      3,
      'ended with 1',
    ],
    [
      'a port where nobody listens',
      () => 'host = db1\naddress = 127.0.0.1:1\npassword = @word',
      4,
      'cannot connect to 127.0.0.1:1',
    ],
  ])('%s is told, and nothing is done', async (_what, section, code, reason) => {
    const run = await archive(section(), 'nothing')
    expect(run.stderr).toContain(reason)
    expect(run.code).toBe(code)
    expect(run.stderr + run.stdout).not.toContain(password)
    expect(readdirSync(folder.path)).not.toContain('nothing')
  })

  test('no program that ops starts has a password in its environment', async () => {
    // As programs of that name that look at what they are given, and go on as the real ones.
    const bin = join(folder.path, 'bin')
    mkdirSync(bin)
    const spy = (name: string): void =>
      writeFileSync(
        join(bin, name),
        `#!/bin/sh\nenv >>"$HOME/seen-$$.env"\nPATH=\${PATH#*:} exec ${name} "$@"\n`,
        {
          mode: 0o755,
        },
      )
    spy('ssh')
    spy('cat')
    const env = {
      PATH: `${bin}:${process.env.PATH ?? ''}`,
      WORD: password,
      OPS_PARAM_WORD: password,
      ALSO: 'seen',
    }
    const other = '\n[db other]\nhost = db1\npassword = env:WORD'
    const run = await archive(
      `host = db1\naddress = 127.0.0.1\npassword = cmd:cat word${other}`,
      'spied',
      env,
      ['--transport', 'openssh'],
    )
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const seen = readdirSync(folder.path).filter(name => name.endsWith('.env'))
    // The master, a forwarding, and the command that says the password.
    expect(seen.length).toBeGreaterThan(2)
    for (const name of seen) {
      const text = readFileSync(join(folder.path, name), 'utf8')
      expect(text).toContain('ALSO=seen')
      expect(text).not.toContain(password)
    }
  })

  test('a way behind the SSH host that others may read along is told in the plan', async () => {
    const section = `host = db1\naddress = ${host().address}\npassword = @word`
    const run = await archive(section, 'behind')
    expect(run.stdout).toContain(`far: from db1 to ${host().address}:3306 nothing is encrypted`)
    const encrypted = await archive(`${section}\nca = ca.pem`, 'behind')
    expect(encrypted.stdout).not.toContain('nothing is encrypted')
    expect([run.code, encrypted.code]).toEqual([0, 0])
  })

  test.each([
    'mysql://a%zz@127.0.0.1/app',
    'mysql://far@127.0.0.1/app%zz',
    'mysql://far@127.0.0.1:99999/app',
  ])('the address %s is wrong input', async address => {
    const run = await folder.answer(['db', 'sizes', address])
    expect(run.stderr).toMatch(/error.*address of a database/)
    expect(run.stderr).not.toContain('defect')
    expect(run.code).toBe(3)
  })

  test('a table or a database that is not there is wrong input, told with the nearest names', async () => {
    writeFileSync(join(folder.path, 'ops.ini'), '')
    writeFileSync(join(folder.path, 't.csv'), 'id\n1\n')
    await host().read('mariadb', { input: 'CREATE TABLE app.orders (id INT PRIMARY KEY, at DATETIME)' })
    const by = ['--by', 'at', '--to', 'absent', '--yes']
    const asked: readonly (readonly [string[], string])[] = [
      [['archive', 'db1', 'app.ordres', '--older-than', '6mo', ...by], 'Did you mean orders?'],
      [['dump', 'db1', 'app.ordres', '--tz', 'UTC', ...by], 'Did you mean orders?'],
      [['load', 'db1', 'apq.orders', 't.csv', '--yes'], 'Did you mean app?'],
      [['queue', 'park', 'db1', 'app.ordres', '--queue', 'mail', '--yes'], 'Did you mean orders?'],
      [['drift', 'db1', 'app.ordres', '--contract', 'new.json', '--pin'], 'Did you mean orders?'],
    ]
    for (const [argv, next] of asked) {
      const run = await folder.answer(['db', ...argv, '-F', host().sshConfig])
      expect([argv[0], run.code, run.stderr]).toEqual([argv[0], 3, expect.stringContaining(next)])
    }
    expect(readdirSync(folder.path)).not.toContain('absent')
  })

  test('a server that offers no TLS gets no password, unless the network may read along', async () => {
    const restart = 'systemctl restart mariadb'
    const config = '/etc/mysql/mariadb.conf.d/99-tls.cnf'
    await host().read(`sed -i 's/^ssl-/#ssl-/' ${config}; ${restart}`)
    onTestFinished(async () => void (await host().read(`sed -i 's/^#ssl-/ssl-/' ${config}; ${restart}`)))
    const refused = await archive(`address = ${host().address}\npassword = @word`, 'plainly')
    expect(refused.stderr).toContain('no connection with TLS')
    expect(refused.stderr).toContain('No password was sent')
    expect(refused.stderr).toContain('tls = off')
    expect(refused.code).toBe(4)
    expect(readdirSync(folder.path)).not.toContain('plainly')
    const meant = await archive(`address = ${host().address}\ntls = off\npassword = @word`, 'plainly')
    expect(meant).toMatchObject({ code: 0, stderr: '' })
  })

  test('events of a job are one JSON line each, and the last is the summary', async () => {
    writeFileSync(join(folder.path, 'ops.ini'), '')
    const argv = [
      'db',
      'archive',
      'db1',
      'app.t',
      '--older-than',
      '6mo',
      '--by',
      'at',
      '--to',
      'json',
      '--json',
      '--yes',
    ]
    const run = await folder.answer([...argv, '-F', host().sshConfig])
    const events = run.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { event: string; data?: object })
    expect(events.map(each => each.event).filter(each => each !== 'progress')).toEqual([
      'run',
      'job-plan',
      'job-end',
      'summary',
    ])
    expect(events.find(each => each.event === 'progress')).toMatchObject({
      title: 'archive app.t',
      rows: 1,
      ofRows: 1,
      chunks: 1,
      bytes: expect.any(Number),
      rowsPerSecond: expect.any(Number),
      secondsLeft: 0,
    })
    expect(events.find(each => each.event === 'job-end')?.data).toMatchObject({
      savedRows: 1,
      deletedRows: 1,
    })
    const without = await folder.answer([...argv.filter(word => word !== '--yes'), '-F', host().sshConfig])
    expect(without.code).toBe(3)
    expect(without.stdout).toContain('db archive needs a yes')
  })
})
