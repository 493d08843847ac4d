import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import {
  cachingSha2Password,
  nativePassword,
  saltFor,
  saltOf,
  shaCryptDigest,
} from '../../../src/resources/mysql/password.ts'

describe('what is stored in place of a password', () => {
  test('is what the manual shows for mysql_native_password', () => {
    // MySQL 5.7 reference manual, PASSWORD('mypass').
    expect(nativePassword('mypass')).toBe('*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4')
  })

  test('is what a MySQL 8 server stored for caching_sha2_password', () => {
    // The example of hashcat's mode 7401, taken from a server; its password is the name of that program.
    const salt = Buffer.from('F9CC98CE08892924F50A213B6BC571A2C11778C5', 'hex')
    expect(shaCryptDigest('hashcat', salt)).toBe('bTy95Y99eAME1dwEkHOA1ndHGBWz.1bxSSRkuTXFGV/')
  })

  test.each(['x', 'Hello world!', 'a much longer password than thirty-two bytes: é'.repeat(3), '$5$'])(
    'has the digest of SHA-256 crypt: %j',
    password => {
      const done = spawnSync('openssl', ['passwd', '-5', '-salt', 'abcdefgh', '-stdin'], {
        input: `${password}\n`,
        encoding: 'utf8',
      })
      if (done.status !== 0) return
      expect(`$5$abcdefgh$${shaCryptDigest(password, 'abcdefgh')}`).toBe(done.stdout.trim())
    },
  )

  test('has a salt of 20 letters and digits that is the same for the same account and password', () => {
    const salt = saltFor("'app'@'%'", 'x')
    expect(salt).toMatch(/^[A-Za-z0-9]{20}$/)
    expect(saltFor("'app'@'%'", 'x')).toBe(salt)
    expect(saltFor("'app'@'h'", 'x')).not.toBe(salt)
    const stored = cachingSha2Password('x', salt)
    expect(stored).toMatch(/^\$A\$005\$[A-Za-z0-9]{20}[./A-Za-z0-9]{43}$/)
    const known = saltOf(Buffer.from(stored.slice(0, 27)).toString('hex'))
    expect(known).toMatchObject({ rounds: 5000 })
    expect(known?.salt.toString()).toBe(salt)
    expect(saltOf('00')).toBeUndefined()
  })

  test('has as many rounds as its head says, in thousands and in hex', () => {
    const stored = cachingSha2Password('x', 'abcdefghijklmnopqrst', 10_000)
    expect(stored.slice(0, 7)).toBe('$A$00A$')
    expect(saltOf(Buffer.from(stored.slice(0, 27)).toString('hex'))?.rounds).toBe(10_000)
    expect(stored.slice(27)).not.toBe(shaCryptDigest('x', 'abcdefghijklmnopqrst'))
  })
})
