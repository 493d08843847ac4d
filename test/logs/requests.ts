/** Requests as they come in the field, and the lines that nginx and Apache write for them. */

/** The cells of one line in combined, as the client sent them; `-` is what servers write for nothing. */
export interface Visit {
  readonly user: Buffer
  readonly request: Buffer
  readonly status: string
  readonly referer: Buffer
  readonly agent: Buffer
}

const visit = (
  request: string | Buffer,
  more: Partial<Record<'user' | 'referer' | 'agent', string>> = {},
  status = '200',
): Visit => ({
  user: Buffer.from(more.user ?? '-', 'latin1'),
  request: typeof request === 'string' ? Buffer.from(request, 'latin1') : request,
  status,
  referer: Buffer.from(more.referer ?? '-', 'latin1'),
  agent: Buffer.from(more.agent ?? 'curl/7.88.1', 'latin1'),
})

export const visits: readonly Visit[] = [
  visit('GET / HTTP/1.1'),
  visit('GET /a b c HTTP/1.1'),
  visit('GET /no-version'),
  visit('CONNECT example.com:443 HTTP/1.1', {}, '400'),
  visit('GET http://www.example.com/absolute?x=1,2 HTTP/1.1'),
  visit('OPTIONS * HTTP/1.0'),
  visit('PRI * HTTP/2.0'),
  visit('', {}, '400'),
  visit('-', {}, '408'),
  visit(Buffer.from('1603010200010001fc0303b4220d0a5c22785c', 'hex'), {}, '400'),
  visit('\x04\x01\x00P\x00\x00\x00\x01', {}, '400'),
  visit('GET /"quoted",comma HTTP/1.1', { agent: 'say "hi", \\ and \\x22 and \\"' }),
  visit('GET /nul?\x00 HTTP/1.1', { agent: 'a\x00b' }),
  visit('GET /utf8?q=\xc3\xa4\xe2\x82\xac HTTP/1.1', { agent: 'bad utf8 \xff\xfe\xc3(' }),
  visit('GET /cr?\r HTTP/1.1', { agent: 'line\r\nbreak\ttab\x0b\x08\x7f' }),
  visit('GET / HTTP/1.1', { user: 'john smith' }),
  visit('GET / HTTP/1.1', { user: 'a [b' }),
  visit('GET / HTTP/1.1', { user: 'x [10/Oct/2000:13:55:36 +0000]' }),
  visit('GET / HTTP/1.1', { user: 'x [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "-"' }),
  visit('GET / HTTP/1.1', { user: ' ' }),
  visit('GET / HTTP/1.1', { agent: '=HYPERLINK("http://evil","x")', referer: '@SUM(1+1)*cmd|" /C calc"!A0' }),
  visit('GET / HTTP/1.1', { agent: '' }),
  visit('get /lower http/1.1', {}, '400'),
  visit(`GET /${'long'.repeat(262_144)} HTTP/1.1`, {}, '414'),
  visit('M-SEARCH * HTTP/1.1 HTTP/1.1'),
]

const addresses = ['192.0.2.7', '2001:db8::7', '::ffff:192.0.2.7']
export const addressOf = (index: number): string => addresses[index % addresses.length] ?? ''

export const timeOf = (index: number): string =>
  `28/Nov/2026:08:15:${String(index % 60).padStart(2, '0')} +0100`

/** ngx_http_log_escape: `"`, `\` and what is no printable ASCII as `\xXX` in capitals. */
function asNginx(value: Buffer): Buffer {
  const text = [...value].map(byte =>
    byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c
      ? `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
      : String.fromCharCode(byte),
  )
  return Buffer.from(text.join(''), 'latin1')
}

const short: Readonly<Record<number, string>> = {
  8: 'b',
  9: 't',
  10: 'n',
  11: 'v',
  13: 'r',
  34: '"',
  92: '\\',
}

/** ap_escape_logitem: the letters of C where there are some, else `\xhh` in small letters. */
function asApache(value: Buffer): Buffer {
  const text = [...value].map(byte => {
    if (short[byte] !== undefined) return `\\${short[byte]}`
    return byte < 0x20 || byte > 0x7e ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte)
  })
  return Buffer.from(text.join(''), 'latin1')
}

export const escapes = { nginx: asNginx, apache: asApache, 'as it is': (value: Buffer) => value }

/** A log in combined. */
export function logOf(escaped: (value: Buffer) => Buffer, chosen: readonly Visit[] = visits): Buffer {
  const lines = chosen.map(({ user, request, status, referer, agent }, index) =>
    Buffer.concat([
      Buffer.from(`${addressOf(index)} - `),
      escaped(user),
      Buffer.from(` [${timeOf(index)}] "`),
      escaped(request),
      Buffer.from(`" ${status} ${index} "`),
      escaped(referer),
      Buffer.from('" "'),
      escaped(agent),
      Buffer.from('"\n'),
    ]),
  )
  return Buffer.concat(lines)
}
