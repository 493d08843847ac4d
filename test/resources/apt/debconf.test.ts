import { describe, expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { debconf } from '../../../src/resources/debconf.ts'
import { changesOf, run } from '../../conformance/on-host.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const { definition } = debconf
const asks = { package: 'asks', question: 'asks/one' }

describe('the params of an answer', () => {
  test.each([
    { ...asks, type: 'string' },
    { ...asks, value: 'x' },
    { ...asks, type: 'password', value: 'x' },
    { ...asks, type: 'boolean', value: 'yes' },
    { ...asks, type: 'string', value: 'x', state: 'absent' },
    { ...asks, type: 'string', value: 'a\nb' },
    { ...asks, type: 'password', value: new Secret('a\nasks asks/two string planted') },
    { ...asks, question: 'one', type: 'string', value: 'x' },
  ])('%j is refused', input => expect(definition.params.safeParse(input).success).toBe(false))
})

describeReal('an answer on a host', () => {
  const host = useHost()
  const files = '/var/cache/debconf/config.dat /var/cache/debconf/passwords.dat'
  const apply = (input: object) => run(host(), 'apply', [['debconf', { ...asks, ...input }]])
  const asked = async (input: object) => {
    const seen = (await run(host(), 'plan', [['debconf', { ...asks, ...input }]])).debconf
    return { changes: changesOf(seen), said: seen?.said, all: JSON.stringify(seen?.steps) }
  }
  const filesWith = (text: string) => host().read(`grep -l '${text}' ${files} /var/cache/debconf/*-old; :`)

  test.each(['ends in \\', '  blanks  ', 'größer 😀', "it's $HOME `x`", ''])(
    'is stored as it stands: %j',
    async value => {
      await apply({ type: 'string', value })
      expect(await asked({ type: 'string', value })).toMatchObject({ changes: [], said: '' })
      expect(await host().read('echo GET asks/one | debconf-communicate asks')).toBe(`0 ${value}\n`)
    },
  )

  test('a password lies where root alone reads it, also where it was a string before, and is told nowhere', async () => {
    const given = (text: string) => ({ type: 'password', value: new Secret(text) })
    await apply({ type: 'string', value: 'kept-apart' })
    const plan = await asked(given('kept-apart'))
    expect(plan.changes).toEqual(['type'])
    await apply(given('kept-apart'))
    expect(await filesWith('Value: kept-apart')).not.toContain('/config.dat\n')
    expect(await filesWith('Value: kept-apart')).toContain('/passwords.dat')
    expect(await host().read('stat -c %a /var/cache/debconf/passwords.dat')).toBe('600\n')
    expect(await asked(given('kept-apart'))).toMatchObject({ changes: [], said: '' })
    const other = await asked(given('another-one'))
    expect(other.changes).toEqual(['secret'])
    expect(plan.all + other.all).not.toMatch(/kept-apart|another-one/)
  })

  test('what another program has open is refused, and nothing was changed', async () => {
    const wanted = { type: 'string', value: 'late' }
    const before = await host().read(`cat ${files} | sha256sum`)
    await host().read(`systemd-run -q --unit=holds flock /var/cache/debconf/config.dat sleep infinity
      while flock -n /var/cache/debconf/config.dat true; do :; done`)
    try {
      const { actual } = await apply(wanted).catch(error => error)
      expect(actual.said.join()).toMatch(/another program may have its database open; nothing was changed/)
    } finally {
      await host().read('systemctl stop holds')
    }
    expect(await host().read(`cat ${files} | sha256sum`)).toBe(before)
    await apply(wanted)
  })
})
