import { describe, expect, test } from 'vitest'
import { refusal, refusalFor } from '../../src/tunnel/socks-reply.ts'
import { readOpening } from '../../src/tunnel/socks-request.ts'

const bytes = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const name = (host: string): string =>
  `${host.length.toString(16).padStart(2, '0')}${Buffer.from(host).toString('hex')}`

describe('the first bytes of a client', () => {
  test.each([
    ['a SOCKS 5 greeting', '05 02 00 02', false, { kind: 'greeting', taken: 4 }],
    ['a SOCKS 5 name', `05 01 00 03 ${name('example.com')} 0050`, true, connects(5, 'example.com', 80, 18)],
    ['a SOCKS 5 IPv4 address', '05 01 00 01 7f000001 1f40', true, connects(5, '127.0.0.1', 8000, 10)],
    [
      'a SOCKS 5 IPv6 address',
      `05 01 00 04 ${'0'.repeat(31)}1 01bb`,
      true,
      connects(5, '0:0:0:0:0:0:0:1', 443, 22),
    ],
    [
      'a SOCKS 4a name',
      `04 01 1f40 00000001 00 ${Buffer.from('localhost\0').toString('hex')}`,
      false,
      connects(4, 'localhost', 8000, 19),
    ],
    ['a SOCKS 4 address with a user', '04 01 0050 0a000001 6d6500', false, connects(4, '10.0.0.1', 80, 11)],
    ['data after the request', `05 01 00 01 7f000001 1f40 474554`, true, connects(5, '127.0.0.1', 8000, 10)],
  ])('%s is understood', (_what, hex, greeted, expected) => {
    expect(readOpening(bytes(hex), greeted)).toEqual(expected)
  })

  test.each([
    ['BIND', '05 02 00 01 7f000001 1f40', true, 7],
    ['UDP ASSOCIATE', '05 03 00 01 00000000 0000', true, 7],
    ['an unknown type of address', '05 01 00 02 7f000001 1f40', true, 8],
    ['another version after the greeting', '04 01 00 50 7f000001 00', true, 1],
    ['port 0', '05 01 00 01 7f000001 0000', true, 1],
    ['an empty name', '05 01 00 03 00 0050', true, 1],
    ['a name with a newline', `05 01 00 03 ${name('a\nb')} 0050`, true, 1],
    ['a name that is no UTF-8', '05 01 00 03 02fffe 0050', true, 1],
    ['only a login with a password', '05 01 02', false, 0xff],
    ['no method at all', '05 00', false, 0xff],
    ['BIND of SOCKS 4', '04 02 0050 0a000001 00', false, 0x5b],
    ['a SOCKS 4 user that never ends', `04 01 0050 0a000001 ${'41'.repeat(300)}`, false, 0x5b],
    ['a SOCKS 4a name that never ends', `04 01 0050 00000001 00 ${'41'.repeat(300)}`, false, 0x5b],
  ])('%s is refused with the code for it', (_what, hex, greeted, code) => {
    const opening = readOpening(bytes(hex), greeted)
    expect(opening.kind === 'refused' ? opening.reply[1] : opening).toBe(code)
  })

  test('bytes that arrive one by one mean the same as all at once', () => {
    for (const [hex, greeted] of [
      ['05 02 00 02', false],
      [`05 01 00 03 ${name('example.com')} 0050`, true],
      [`05 01 00 04 ${'00'.repeat(16)} 01bb`, true],
      [`04 01 1f40 00000001 6d6500 ${Buffer.from('localhost\0').toString('hex')}`, false],
      [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n').toString('hex'), false],
    ] as const) {
      const whole = bytes(hex)
      for (let count = 0; count < whole.length; count++) {
        expect(readOpening(whole.subarray(0, count), greeted)).toEqual({ kind: 'more' })
      }
      expect(readOpening(whole, greeted).kind).not.toBe('more')
    }
  })

  test('HTTP is told from SOCKS, and from what only looks like it', () => {
    const of = (text: string) => readOpening(Buffer.from(text), false)
    expect(of('GET /proxy.pac HTTP/1.1\r\n\r\n')).toEqual({ kind: 'http', method: 'GET', path: '/proxy.pac' })
    expect(of('CONNECT example.com:443 HTTP/1.1\r\n\r\n')).toMatchObject({ kind: 'http', method: 'CONNECT' })
    expect(of(`GET /${'x'.repeat(20_000)}`).kind).toBe('http')
    expect(of('QUITTING-TIME').kind).toBe('foreign')
    expect(of('\x16\x03\x01').kind).toBe('foreign')
  })

  test('no bytes at all make it throw', () => {
    for (let seed = 0; seed < 20_000; seed++) {
      const random = Buffer.from(
        Array.from({ length: seed % 40 }, (_, at) => (seed * 31 + at * at * 7919) & 255),
      )
      for (const first of [4, 5, 0x47])
        readOpening(Buffer.concat([Buffer.from([first]), random]), seed % 2 === 0)
    }
  })
})

describe('what sshd says when it could not connect', () => {
  test.each([
    ['Connection refused', 'refused'],
    ['Network is unreachable', 'networkUnreachable'],
    ['No route to host', 'hostUnreachable'],
    ['Connection timed out', 'hostUnreachable'],
    ['Name or service not known', 'hostUnreachable'],
    ['Temporary failure in name resolution', 'hostUnreachable'],
    ['open failed', 'failed'],
    ['administratively prohibited', 'notAllowed'],
  ] as const)('%s becomes the reason %s', (said, why) => {
    expect(refusalFor(said)).toBe(why)
    expect(refusal(5, why)).toHaveLength(10)
    expect(refusal(4, why)).toHaveLength(8)
  })
})

function connects(version: number, host: string, port: number, taken: number): object {
  return { kind: 'connect', destination: { version, host, port }, taken }
}
