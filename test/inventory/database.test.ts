/** What `[db NAME]` and `mysql://` addresses say, and what of them is refused. */
import { describe, expect, test } from 'vitest'
import { type ErrorData, InputErrors } from '../../src/base/errors.ts'
import { type Database, databaseOfUrl } from '../../src/inventory/database.ts'
import { parseInventory } from '../../src/inventory/parse.ts'

const section = (lines: string): Database | undefined =>
  parseInventory(`[db shop]\n${lines}\n`, 'ops.ini').databases.get('shop')

function refused(lines: string): readonly ErrorData[] {
  try {
    section(lines)
  } catch (thrown) {
    if (thrown instanceof InputErrors) return thrown.errors
    throw thrown
  }
  return []
}

describe('[db NAME]', () => {
  test('is read whole', () => {
    expect(
      section('host = db1\naddress = 127.0.0.1\nuser = report\npassword = @secret\ndatabase = app'),
    ).toEqual({
      name: 'shop',
      where: { file: 'ops.ini', line: 1 },
      engine: 'mysql',
      host: 'db1',
      address: { host: '127.0.0.1', port: 3306 },
      user: 'report',
      password: { from: 'file', path: 'secret' },
      database: 'app',
      tls: { mode: 'off', verify: true },
    })
  })

  test('its replicas are words of sources', () => {
    expect(section('replicas = copy, db2  db3')?.replicas).toEqual(['copy', 'db2', 'db3'])
    expect(section('host = db1')?.replicas).toBeUndefined()
    expect(refused('replicas = ,').map(each => each.title)).toEqual(['[db shop]: replicas names none'])
  })

  test.each([
    ['address = db.example.com', 'on'],
    ['address = 10.0.0.5:3307', 'on'],
    ['address = 10.0.0.5\ntls = off', 'off'],
    ['address = 10.0.0.5\nhost = bastion', 'off'],
    ['address = 10.0.0.5\nhost = bastion\nca = ca.pem', 'on'],
    ['address = 127.0.0.1', 'off'],
    ['address = localhost:3307', 'off'],
    ['socket = /run/mysqld/mysqld.sock', 'off'],
  ])('%j has TLS %s', (lines, mode) => {
    expect(section(lines)?.tls.mode).toBe(mode)
  })

  test.each([
    ['password = hunter22', 'a password is not written down as it is'],
    ['password = env:', 'a password is not written down as it is'],
    ['adress = db1', '[db shop] takes no adress'],
    ['address = db1\nsocket = /run/s', 'address and socket are two ways to one server'],
    ['address = root@db1', 'an address has no user'],
    ['engine = oracle', 'there is no engine oracle'],
    ['tls = maybe', 'tls is on or off, not maybe'],
    ['host', 'host of [db shop] has no value'],
    ['user = a\nuser = b', 'user of [db shop] is written twice, first on line 2'],
  ])('%j is refused: %s', (lines, title) => {
    const errors = refused(lines)
    expect(errors.map(each => each.title).join()).toContain(title)
    expect(errors[0]?.where?.line).toBeGreaterThan(0)
    expect(JSON.stringify(errors)).not.toContain('hunter22')
  })
})

describe('an address of a database', () => {
  const read = (url: string): { database: Database | undefined; errors: ErrorData[] } => {
    const errors: ErrorData[] = []
    return { database: databaseOfUrl(url, errors), errors }
  }

  test('says user, place, database and the host to go through', () => {
    expect(read('mysql://re%20port@10.0.0.5:3307/app?via=bastion').database).toMatchObject({
      user: 're port',
      address: { host: '10.0.0.5', port: 3307 },
      database: 'app',
      host: 'bastion',
      tls: { mode: 'off' },
    })
    expect(read('mysql://report@db.example.com/app').database?.tls).toEqual({ mode: 'on', verify: true })
  })

  test('never holds a password, and does not repeat one', () => {
    const { database, errors } = read('mysql://root:hunter22@db/app')
    expect(database).toBeUndefined()
    expect(errors[0]?.title).toContain('open to every user')
    expect(JSON.stringify(errors)).not.toContain('hunter22')
    expect(read('mysql://root@db/app?password=hunter22').errors).toHaveLength(1)
    expect(read('mysql://root@db/app?vai=x').errors[0]?.next).toContain('via')
  })
})
