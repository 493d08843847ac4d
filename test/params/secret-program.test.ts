import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchSecret, isSecretReference } from '../../src/params/secret-program.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** Stand-ins for the programs of 1Password, Bitwarden and Vault, which need an account or a server: they print how they were called. */
const standIn = String.raw`#!/bin/sh
printf '%s\n' "$(basename "$0") $*" | tee -a "$(dirname "$0")/asked"
`
const withFields = String.raw`#!/bin/sh
[ "$2" != item ] || { echo '{"fields":[{"name":"pin","value":"1234"}]}'; exit 0; }
printf '%s\n' "$(basename "$0") $*"
`
const folder = temporaryFolder({
  'bin/op': standIn,
  'bin/bw': withFields,
  'bin/vault': standIn,
  'bin/fails': '#!/bin/sh\necho half; echo "no such item" >&2; exit 3\n',
  plain: 'no program\n',
  'bin/quiet': '#!/bin/sh\n:\n',
  'bin/hangs': '#!/bin/sh\nexec sleep 600\n',
})
const before = process.env.PATH
const has = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`])
    return true
  } catch {
    return false
  }
}

beforeAll(() => {
  for (const name of ['op', 'bw', 'vault', 'fails', 'quiet', 'hangs'])
    chmodSync(join(folder, 'bin', name), 0o755)
  process.env.PATH = `${join(folder, 'bin')}:${before}`
})
afterAll(() => {
  process.env.PATH = before
  delete process.env.OPS_AGE_IDENTITY
  delete process.env.SOPS_AGE_KEY_FILE
})

const fetched = async (reference: string): Promise<string> => {
  const found = await fetchSecret(reference, folder)
  return 'value' in found ? found.value.reveal() : `problem: ${found.problem}`
}

describe('a secret of another program', () => {
  test.each([
    ['op://vault/item/password', 'op read --no-newline op://vault/item/password'],
    ['bw:mail server/password', 'bw get password mail server'],
    ['bw:mail', 'bw get password mail'],
    ['bw:mail/pin', '1234'],
    ['vault:secret/app#token', 'vault kv get -field=token secret/app'],
    [`cmd:op 'two words' "it's" a\\b`, "op two words it's a\\b"],
  ])('named by %s is what it prints for the right words (stand-in)', async (reference, answer) => {
    expect(isSecretReference(reference)).toBe(true)
    expect(await fetched(reference)).toBe(answer)
  })

  test('is asked for once, however often it is read', async () => {
    await Promise.all([1, 2, 3].map(() => fetched('op://once/only/once')))
    const asked = readFileSync(join(folder, 'bin/asked'), 'utf8').split('\n')
    expect(asked.filter(line => line.includes('op://once/only/once'))).toHaveLength(1)
  })

  test.each([
    ['cmd:fails', 'problem: cmd:fails: fails ended with 3: no such item'],
    ['cmd:quiet', 'problem: cmd:quiet: quiet gave nothing'],
    [
      'cmd:not-there-at-all x',
      'problem: cmd:not-there-at-all x: not-there-at-all is not installed here, or not in PATH',
    ],
    ['bw:item/unknown', 'problem: bw:item/unknown: bw knows no such field'],
    [
      'sops:secrets.yaml',
      'problem: sops:secrets.yaml: write sops:FILE#key, in ops.ini with quotation marks around it',
    ],
    ['cmd:op "open', 'problem: cmd:op "open: write cmd:PROGRAM ARGS'],
  ])('that cannot be had by %s says why, with its name', async (reference, problem) => {
    expect(await fetched(reference)).toBe(problem)
  })

  test('of a program that cannot be started says why', async () => {
    expect(await fetched('cmd:./plain x')).toContain('./plain may not be started by you')
    const gone = await fetchSecret('cmd:op gone', join(folder, 'gone'))
    expect(gone).toEqual({ problem: expect.stringContaining(`op cannot be started in ${folder}/gone`) })
  })

  test.each(['-1', 'x', '0', '1e99'])('is not asked for with OPS_SECRET_TIMEOUT=%s', async seconds => {
    process.env.OPS_SECRET_TIMEOUT = seconds
    const found = await fetched(`cmd:op ${seconds}`)
    delete process.env.OPS_SECRET_TIMEOUT
    expect(found).toContain(`OPS_SECRET_TIMEOUT=${seconds} is no number of seconds`)
  })

  test('that does not come is not waited for without end', async () => {
    process.env.OPS_SECRET_TIMEOUT = '1'
    const found = await fetched('cmd:hangs')
    delete process.env.OPS_SECRET_TIMEOUT
    expect(found).toContain('hangs gave nothing within 1 s')
  })

  test.skipIf(!has('age'))('is decrypted by age itself (skipped without the package age)', async () => {
    const key = join(folder, 'key.txt')
    execFileSync('age-keygen', ['-o', key], { stdio: 'ignore' })
    const recipient = execFileSync('age-keygen', ['-y', key], { encoding: 'utf8' }).trim()
    execFileSync('age', ['-r', recipient, '-o', join(folder, 'token.age')], { input: 'from age\n' })
    expect(await fetched('age:./token.age')).toMatch(/^problem: age:\.\/token\.age: age ended with 1: /)
    process.env.OPS_AGE_IDENTITY = key
    expect(await fetched('age:token.age')).toBe('from age')
    if (!has('sops')) return
    process.env.SOPS_AGE_KEY_FILE = key
    const plain = join(folder, 'plain.yaml')
    writeFileSync(plain, 'db:\n  password: from sops\n')
    const encrypted = execFileSync('sops', ['--encrypt', '--age', recipient, plain], { encoding: 'utf8' })
    writeFileSync(join(folder, 'secrets.yaml'), encrypted)
    expect(await fetched('sops:secrets.yaml#db.password')).toBe('from sops')
    expect(await fetched('sops:secrets.yaml#db.other')).toMatch(
      /^problem: sops:secrets\.yaml#db\.other: sops ended with \d+: /,
    )
  })
})
