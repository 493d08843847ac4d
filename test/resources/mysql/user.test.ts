import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { changeOf } from '../../../src/engine/diff.ts'
import { cachingSha2Password, nativePassword } from '../../../src/resources/mysql/password.ts'
import { mysqlDatabase } from '../../../src/resources/mysql-database.ts'
import { mysqlUser } from '../../../src/resources/mysql-user.ts'
import { parsed } from '../shells.ts'

const resource = mysqlUser.definition
const password = "it's s3cret"
const given = parsed(mysqlUser, {
  name: 'app',
  from: '192.0.2.0/24',
  password: new Secret(password),
  rights: { my_shop: ['select', 'INSERT'] },
  tls: true,
})
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** What the probe prints for an account of MySQL 8 that was stored with this password. */
function observed(stored: string, rights: string, tls = 'ANY'): string {
  const head = Buffer.from(stored.slice(0, 27)).toString('hex').toUpperCase()
  const lines = ['account=present', 'plugin=caching_sha2_password', `tls=${tls}`, `head=${head}`]
  return [...lines, `hash=${sha256(stored.slice(27))}`, `on.my\\_shop=${rights}`, ''].join('\n')
}

const salt = 'abcdefghijklmnopqrst'

/** The SQL and clauses that lead from this observation to what is wanted. */
function leads(observation: string): string | undefined {
  const actual = resource.parse(observation, given)
  const change = changeOf(resource, actual, resource.desired(given))
  return change && resource.apply?.(change, given)[0]?.shell
}

describe('an account of MySQL or MariaDB', () => {
  test.each([
    ['caching_sha2_password', observed(cachingSha2Password(password, salt), 'INSERT, SELECT')],
    [
      'mysql_native_password',
      `account=present\nplugin=mysql_native_password\ntls=ANY\nhash=${sha256(nativePassword(password))}\non.my\\_shop=SELECT, INSERT\n`,
    ],
  ])('with the password that is wanted, stored by %s, is left alone', (_plugin, observation) => {
    expect(leads(observation)).toBeUndefined()
  })

  test('with another password gets the wanted one and nothing else', () => {
    const other = leads(observed(cachingSha2Password('other', salt), 'SELECT, INSERT'))
    expect(other).toMatch(/^ops_sql_change ALTER /)
    expect(other).toContain(nativePassword(password))
    expect(other).toMatch(/caching_sha2_password AS '\\''\$A\$005\$[A-Za-z0-9]{20}[./A-Za-z0-9]{43}'\\'''/)
    expect(other).not.toContain(password)
    expect(other).not.toContain('s3cret')
    expect(other).not.toMatch(/GRANT|REVOKE|REQUIRE/)
  })

  test('keeps the other ways to log in, or is left alone where one could not be written anew', () => {
    const found = (methods: string, more = '') =>
      `account=present\nplugin=unix_socket\nmethods=${methods}\ntls=ANY\nhash=00\non.my\\_shop=INSERT, SELECT\n${more}`
    const refused = (observation: string) => resource.impossible?.(resource.parse(observation, given), given)
    expect(refused(found('unix_socket'))).toBeUndefined()
    expect(leads(found('unix_socket'))).toContain(' OR unix_socket')
    expect(refused(found('ed25519 USING,unix_socket'))).toContain(
      'logs in by ed25519, which a password would replace',
    )
    expect(refused(found('several factors'))).toContain('several factors')
    expect(refused('account=present\nplugin=auth_socket\ntls=ANY\n')).toContain('auth_socket')
  })

  test('that may not log in, or may hand its rights on, is not as wanted', () => {
    const stored = cachingSha2Password(password, salt)
    expect(leads(observed(stored, 'INSERT, SELECT, GRANT OPTION'))).toMatch(
      /^ops_sql_change '' .*'REVOKE GRANT OPTION ON `my\\_shop`\.\* FROM /,
    )
    expect(leads(`${observed(stored, 'INSERT, SELECT')}locked=yes\n`)).toContain(' ACCOUNT UNLOCK;')
    expect(leads(`${observed(stored, 'INSERT, SELECT')}expired=yes\n`)).toMatch(/^ops_sql_change ALTER /)
  })

  test('stored by a method that its server does not have is set anew, with the right password too', () => {
    const gone = `account=present\nplugin=mysql_native_password\nloaded=no\ntls=ANY\nhash=${sha256(nativePassword(password))}\non.my\\_shop=SELECT, INSERT\n`
    expect(resource.parse(gone, given).login).toBe('impossible (mysql_native_password is not loaded)')
    expect(leads(gone)).toMatch(/^ops_sql_change ALTER /)
  })

  test('gets a hash with as many rounds as its server wants', () => {
    expect(leads('rounds=10000\naccount=absent\n')).toContain('$A$00A$')
    const stored = cachingSha2Password(password, salt, 10_000)
    expect(leads(`rounds=10000\n${observed(stored, 'INSERT, SELECT')}`)).toBeUndefined()
  })

  test('has its rights on names as they stand where the server reads them so', () => {
    const stored = observed(cachingSha2Password(password, salt), 'INSERT, SELECT')
    expect(leads(`names=literal\n${stored}`)).toContain('GRANT SELECT, INSERT ON `my_shop`.* TO')
    expect(leads(`names=literal\n${stored.replace('my\\_shop', 'my_shop')}`)).toBeUndefined()
  })

  test('gets what it lacks before what is too much goes, and underscores stand for themselves', () => {
    const stored = cachingSha2Password(password, salt)
    const sql = leads(observed(stored, 'DELETE, SELECT', ''))
    expect(sql).toContain("ALTER USER '\\''app'\\''@'\\''192.0.2.0/255.255.255.0'\\'' REQUIRE SSL;")
    expect(sql).toMatch(/GRANT INSERT ON `my\\_shop`\.\* TO .*;REVOKE DELETE ON `my\\_shop`\.\* FROM /)
    expect(sql).toMatch(/^ops_sql_change '' /)
    const all = leads(observed(stored, 'ALL PRIVILEGES'))
    expect(all).toMatch(/REVOKE ALL PRIVILEGES ON .*;GRANT SELECT, INSERT ON /)
  })

  test('that is not there is made with all of it', () => {
    for (const observation of ['account=absent\n', 'account=unknown\n']) {
      expect(leads(observation)).toMatch(/^ops_sql_change CREATE .*REQUIRE SSL;GRANT SELECT, INSERT ON /)
    }
  })

  test('of a server that does not run is unknown, even where it is to go', () => {
    const gone = parsed(mysqlUser, { name: 'a', from: '%', state: 'absent' })
    const actual = resource.parse('account=unknown\nstopped=mariadb\n', gone)
    expect(changeOf(resource, actual, resource.desired(gone))).toBeDefined()
    expect(resource.impossible?.(actual, gone)).toContain('mariadb does not run')
  })

  test.each([
    ['10.0.0.0/8', '10.0.0.0/255.0.0.0'],
    ['0.0.0.0/0', '0.0.0.0/0.0.0.0'],
    ['10.1.2.3/32', '10.1.2.3/255.255.255.255'],
    // An address inside of a network would match nobody.
    ['192.168.7.9/20', '192.168.0.0/255.255.240.0'],
    ['192.168.7.9/255.255.255.0', '192.168.7.0/255.255.255.0'],
    ['10.0.0.%', '10.0.0.%'],
    ['DB.Example.org', 'db.example.org'],
    ['2001:db8::1', '2001:db8::1'],
  ])('may come from %s, which the server knows as %s', (from, stored) => {
    const params = parsed(mysqlUser, { name: 'a', from, password: new Secret('x') })
    expect(resource.identity(params)).toBe(`a@${stored}`)
  })

  test.each(['10.0.0.0/33', '10.0.0/24', '300.0.0.0/8', 'example.org/8', '2001:db8::/32', '10.0.0.0/255.0'])(
    'comes from no network %s',
    from => {
      expect(resource.params.safeParse({ name: 'a', from, password: new Secret('x') }).success).toBe(false)
    },
  )

  test('that must use TLS is impossible on a server that offers none', () => {
    for (const rest of ['account=absent\n', observed(cachingSha2Password(password, salt), 'SELECT', '')]) {
      const reason = (offer: string) =>
        resource.impossible?.(resource.parse(`encryption=${offer}\n${rest}`, given), given)
      expect(reason('none')).toContain('the server offers no TLS')
      expect(reason('offered')).toBeUndefined()
    }
  })

  test('rights are said in any spelling, in the words of databases alone, and USAGE is the right to nothing', () => {
    const asked = (...rights: string[]) =>
      resource.params.safeParse({ name: 'a', from: '%', password: new Secret('x'), rights: { shop: rights } })
    expect(asked('all', 'grant', 'delete versioning rows').data?.rights.shop).toEqual([
      ...['ALL PRIVILEGES', 'GRANT OPTION', 'DELETE HISTORY'],
    ])
    // Else the account would be there when its rights are refused.
    for (const right of ['SUPER', 'SHOW DATABASES', 'SELEKT']) {
      expect(asked(right).error?.issues[0]?.message).toContain('must be a right on a database')
    }
    const none = { ...given, rights: { my_shop: ['USAGE'] } }
    expect(resource.desired(none)['on my_shop']).toBe('nothing')
    const held = observed(cachingSha2Password(password, salt), 'SELECT, GRANT OPTION')
    const actual = resource.parse(held, none)
    const change = changeOf(resource, actual, resource.desired(none))
    const shell = change && resource.apply?.(change, none)[0]?.shell
    expect(shell).toContain('REVOKE SELECT ON')
    expect(shell).toContain('REVOKE GRANT OPTION ON')
    expect(shell).not.toMatch(/[^ ]GRANT/)
  })

  test('a server that keeps names in small letters is understood', () => {
    const shop = { ...given, rights: { My_Shop: ['SELECT'] } }
    const stored = observed(cachingSha2Password(password, salt), 'SELECT')
    expect(resource.parse(`folds=yes\n${stored}`, shop)['on My_Shop']).toBe('SELECT')
    expect(resource.parse(stored, shop)['on My_Shop']).toBe('nothing')
  })

  test('a server that takes no change is told by the plan; its databases too', () => {
    const stored = observed(cachingSha2Password(password, salt), 'SELECT')
    const reason = resource.impossible?.(resource.parse(`writes=super_read_only=ON\n${stored}`, given), given)
    expect(reason).toContain('takes no changes, not even of root (super_read_only=ON)')
    const database = mysqlDatabase.definition
    const shop = parsed(mysqlDatabase, { name: 'shop' })
    const absent = database.parse('database=absent\nwrites=super_read_only=ON\n', shop)
    expect(database.impossible?.(absent, shop)).toBe(reason)
  })

  test('a database of utf8 is one of utf8mb3, as newer servers tell it, and not of utf8mb4', () => {
    const database = mysqlDatabase.definition
    const forum = parsed(mysqlDatabase, { name: 'forum', charset: 'utf8', collation: 'utf8_general_ci' })
    const differs = (charset: string) =>
      changeOf(
        database,
        database.parse(`database=present\ncharset=${charset}\ncollation=${charset}_general_ci\n`, forum),
        database.desired(forum),
      ) !== undefined
    expect(['utf8', 'utf8mb3', 'utf8mb4'].map(differs)).toEqual([false, false, true])
  })

  test.each([
    [{ name: "a'b", from: '%' }],
    [{ name: 'a', from: "%'" }],
    [{ name: 'a', from: '%', rights: { 'a`b': ['SELECT'] } }],
    [{ name: 'a', from: '%', rights: { a: ['SELECT;'] } }],
  ])('is refused when it could break out of SQL: %j', input => {
    expect(resource.params.safeParse({ ...input, password: new Secret('x') }).success).toBe(false)
  })
})
