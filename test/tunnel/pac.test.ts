import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { OpsError } from '../../src/base/errors.ts'
import { proxychainsConfig, proxyVariables } from '../../src/tunnel/environment.ts'
import { type Direct, noProxy, pacFile, readDirect } from '../../src/tunnel/pac.ts'

const directs = (...texts: readonly string[]): readonly Direct[] =>
  texts.map(text => {
    const direct = readDirect(text)
    if (direct instanceof OpsError) throw direct
    return direct
  })

const decide = (pac: string, host: string): string =>
  runInNewContext(`${pac}\nFindProxyForURL('http://' + host + '/', host)`, { host }) as string

describe('the PAC file', () => {
  const pac = pacFile(
    '127.0.0.1:9999',
    directs('example.com', '*.internal.test', '10.0.0.0/8', '192.168.1.7'),
  )

  test.each([
    'example.com',
    'www.example.com',
    'WWW.Example.COM',
    'example.com.',
    'a.internal.test',
    '10.200.3.4',
    '192.168.1.7',
  ])('%s goes around the tunnel', host => expect(decide(pac, host)).toBe('DIRECT'))

  test.each([
    'example.org',
    'notexample.com',
    'example.com.evil.test',
    '11.0.0.1',
    '192.168.1.8',
    'intranet',
    '::1',
    'constructor',
  ])('%s goes through it, and never around it when it is down', host =>
    expect(decide(pac, host)).toBe('SOCKS5 127.0.0.1:9999; SOCKS 127.0.0.1:9999'),
  )

  test.each([
    '',
    'a b',
    "x';alert(1)//",
    '-a.com',
    'a..b',
    '10.0.0.0/33',
    '10.0.0',
    'http://example.com',
    'münchen.de',
    '[::1]',
  ])('an exception written as %j is refused', text => expect(readDirect(text)).toBeInstanceOf(OpsError))
})

describe('the environment of a command', () => {
  const exceptions = directs('example.com', '10.0.0.0/8', '192.168.1.7')

  test('names the proxy so that names are resolved at the far end, and replaces an inherited NO_PROXY', () => {
    const variables = proxyVariables('127.0.0.1:9999', [])
    expect(variables).toMatchObject({
      ALL_PROXY: 'socks5h://127.0.0.1:9999',
      https_proxy: 'socks5h://127.0.0.1:9999',
    })
    expect(variables.NO_PROXY).toBe('')
    expect(noProxy(exceptions)).toBe('example.com,10.0.0.0/8,192.168.1.7')
  })

  test('proxychains leaves out the networks and takes an address without brackets or with', () => {
    const config = proxychainsConfig('127.0.0.1:9999', exceptions)
    expect(config).toContain('localnet 10.0.0.0/255.0.0.0\nlocalnet 192.168.1.7/255.255.255.255\n')
    expect(config).toContain('socks5 127.0.0.1 9999\n')
    expect(proxychainsConfig('[::1]:9999', [])).toContain('socks5 ::1 9999')
  })
})
