import { describe, expect, test } from 'vitest'
import { readFormat } from '../../src/logs/known-formats.ts'
import { LineMatcher } from '../../src/logs/line-matcher.ts'
import { TimeReader } from '../../src/logs/log-time.ts'
import { computingMs } from '../machine-unit.ts'

/** The fields of a line by a format, as they stand in it; or why it is no row. */
function fieldsOf(format: string, line: string) {
  const read = readFormat(format)
  const matcher = new LineMatcher(read)
  const bytes = Buffer.from(line)
  const verdict = matcher.match(bytes, 0, bytes.length)
  if (verdict !== 'row') return verdict
  const { starts, ends } = matcher.row
  return Object.fromEntries(
    read.fields.map(({ name }, index) => [name, bytes.subarray(starts[index], ends[index]).toString()]),
  )
}

describe('a format', () => {
  test.each([
    [
      '$remote_addr:$remote_port $request_time $status',
      '2001:db8::1:55123 0.004 200',
      { remote_addr: '2001:db8::1', remote_port: '55123', request_time: '0.004', status: '200' },
    ],
    [
      '$status "$upstream_addr" $upstream_response_time $pipe',
      '502 "10.0.0.1:80, 10.0.0.2:80 : -" 0.100, 0.2 : 0.3 .',
      {
        status: '502',
        upstream_addr: '10.0.0.1:80, 10.0.0.2:80 : -',
        upstream_response_time: '0.100, 0.2 : 0.3',
        pipe: '.',
      },
    ],
    [
      '{"at":"$time_iso8601","agent":"$http_user_agent","status":$status,"took":$request_time}',
      '{"at":"2026-11-28T10:00:00+01:00","agent":"a \\"b\\" c","status":200,"took":0.1}',
      {
        time_iso8601: '2026-11-28T10:00:00+01:00',
        http_user_agent: 'a \\"b\\" c',
        status: '200',
        request_time: '0.1',
      },
    ],
    [
      '%v:%p %h %l %u %t "%m %U%q %H" %>s %{X-Forwarded-For}i %D',
      'www.example.com:443 ::1 - - [28/Nov/2026:10:00:00 +0000] "GET /a?b HTTP/1.1" 200 10.0.0.1, 10.0.0.2 900',
      {
        server_name: 'www.example.com',
        server_port: '443',
        remote_addr: '::1',
        remote_logname: '-',
        remote_user: '-',
        time_local: '28/Nov/2026:10:00:00 +0000',
        request_method: 'GET',
        request_uri: '/a?b',
        server_protocol: 'HTTP/1.1',
        status: '200',
        http_x_forwarded_for: '10.0.0.1, 10.0.0.2',
        request_time_us: '900',
      },
    ],
    [
      'LogFormat "%h \\"%{Referer}i\\" %400,501{User-agent}i" odd',
      'h "r\\"s" a b',
      { remote_addr: 'h', http_referer: 'r\\"s', http_user_agent: 'a b' },
    ],
    [
      "log_format odd escape=json '${remote_addr}x$status ' '\"$request\"';",
      '1.1.1.1x200 "GET /\\u0001"',
      { remote_addr: '1.1.1.1', status: '200', request: 'GET /\\u0001' },
    ],
    [
      "log_format pasted '$remote_addr \"$request\" '\n  '$status'",
      '1.1.1.1 "GET /" 200',
      { remote_addr: '1.1.1.1', request: 'GET /', status: '200' },
    ],
    [
      '$scheme://$host$request_uri $status',
      'https://a.example/b c 200',
      { scheme: 'https', host_request_uri: 'a.example/b c', status: '200' },
    ],
    ['${freq:number}\\t$word', '23007\tthe end', { freq: '23007', word: 'the end' }],
    ['100%% %s', '100% 200', { status: '200' }],
    [
      '%{%s}t %{msec}t %{sec}t %s %s',
      '1 2 3 200 201',
      { time: '1', time_msec: '2', time_sec: '3', status: '200', status_2: '201' },
    ],
  ])('%s is read field by field', (format, line, fields) => {
    expect(fieldsOf(format, line)).toEqual(fields)
  })

  test.each([
    [
      '%{%Y-%m-%d %H:%M:%S}t.%{msec_frac}t %{%z}t',
      '2022-08-23 10:54:19.786 +0200',
      '2022-08-23T08:54:19.786Z',
    ],
    [
      '%{begin:%F %T}t.%{begin:usec_frac}t%{begin:%z}t',
      '2022-08-23 10:54:19.786999-0330',
      '2022-08-23T14:24:19.786Z',
    ],
    ['%{%d/%b/%Y:%I:%M:%S %p %z}t', '18/May/2018:12:00:53 AM +0000', '2018-05-18T00:00:53.000Z'],
    ['%{%d/%b/%Y:%I:%M:%S %p %z}t', '18/May/2018:12:00:53 PM +0000', '2018-05-18T12:00:53.000Z'],
    ['%{%a, %e %b %Y %T %z}t', 'Fri,  1 MAR 2024 01:02:03 +0100', '2024-03-01T00:02:03.000Z'],
    ['$time_local', '11/JAN/2022:15:38:20 +0000', '2022-01-11T15:38:20.000Z'],
    ['$time_iso8601', '2025-09-09T12:00:01+02:00', '2025-09-09T10:00:01.000Z'],
  ])('the time of %s is known: %s', (format, text, moment) => {
    const whole = `${format} ${format.startsWith('$') ? '$status' : '%s'}`
    expect(Object.values(fieldsOf(whole, `${text} 200`))).toEqual([text, '200'])
    const bytes = Buffer.from(text)
    const { time } = readFormat(whole).fields[0] ?? {}
    expect(new Date(new TimeReader(time ?? 'seconds').read(bytes, 0, bytes.length)).toISOString()).toBe(
      moment,
    )
  })

  test.each([
    ['%{%d/%b/%Y %T %z}t', '31/Feb/2024 10:00:00 +0000'],
    ['%{%d/%b/%Y %T %z}t', '00/Mar/2024 10:00:00 +0000'],
    ['%{%d/%b/%Y %T %z}t', '29/Feb/2024 25:00:00 +0000'],
    ['%{%d/%b/%Y %T %z}t', '29/Feb/2024 10:99:00 +0000'],
    ['%{%d/%b/%Y %I:%M %p %z}t', '29/Feb/2024 13:00 PM +0000'],
    ['%{%d/%b/%Y %T %z}t', '29/Feb/2024 10:00:00 +9999'],
    ['$time_local', '29/Feb/2023:10:00:00 +0000'],
    ['$time_local', '28/Feb/2023:24:00:00 +0000'],
    ['$time_iso8601', '2023-02-29T10:00:00+00:00'],
  ])('%s: %s is no time, and not one of another day', (format, text) => {
    const { time } = readFormat(`${format} ${format.startsWith('$') ? '$status' : '%s'}`).fields[0] ?? {}
    expect(time).toBeDefined()
    expect(new TimeReader(time ?? 'seconds').read(Buffer.from(text), 0, text.length)).toBeNaN()
  })

  test('the beginning of a request and its end are two times, and not made into one', () => {
    expect(readFormat('%{begin:%F}t %{end:%T %z}t %s').fields.map(({ holds }) => holds)).not.toContain('time')
    expect(readFormat('%{%F}t %{begin:%T %z}t %s').fields[0]?.holds).toBe('time')
  })

  test.each(['%{%Y-%m-%d %H:%M:%S}t', '%{%d/%b %H:%M %z}t', '%{%c}t'])(
    '%s does not say when a line was written: it stays a text',
    format => {
      expect(readFormat(`${format} %s`).fields[0]).toEqual({ name: 'time', holds: 'text' })
    },
  )

  test.each([
    // Which of the words is whose cannot be known: a guess would shift columns.
    ['$http_a $http_b $status', 'one two three 200', 'ambiguous'],
    ['$http_a $http_b $status', 'one two 200', { http_a: 'one', http_b: 'two', status: '200' }],
    ['log_format n escape=none \'"$http_a" "$http_b"\';', '"one" "two" "three"', 'ambiguous'],
    [
      'log_format n escape=none \'"$http_a" $status\';',
      '"say "hi"" 200',
      { http_a: 'say "hi"', status: '200' },
    ],
    // Some writers put a space before a line: no word of it may take the place of the one before.
    ['common', ' 10.88.241.31 - - [24/Nov/2019:03:34:04 +0300] "GET /" 200 21139', 'mismatch'],
    ['$status $connection', ' 7', 'mismatch'],
    [
      '$server_port $proxy_add_x_forwarded_for $remote_user $status',
      '443 50.50.50.51, 10.0.0.1 - 302',
      {
        server_port: '443',
        proxy_add_x_forwarded_for: '50.50.50.51, 10.0.0.1',
        remote_user: '-',
        status: '302',
      },
    ],
    ['$proxy_add_x_forwarded_for $remote_user $status', 'made up, 10.0.0.1 - 302', 'ambiguous'],
    ['$status "$request"', '20x "GET /"', 'mismatch'],
    ['$status "$request"', '200 "GET /" ', 'mismatch'],
    ['$status "$request"', '200 "GET /', 'mismatch'],
    ['$status "$request"', '', 'mismatch'],
  ])('%s never shifts a column: %s', (format, line, outcome) => {
    expect(fieldsOf(format, line)).toEqual(outcome)
  })

  test('a line made to be read in very many ways is given up soon', () => {
    const verdictOn = (words: number) => () =>
      expect(fieldsOf('$http_a $http_b $http_c $http_d $status', `${'a '.repeat(words)}x`)).toBe('ambiguous')
    const unitMs = computingMs(verdictOn(1_000))
    // As much as the line is longer, and some; each way tried to its end would be a hundred times that, and more.
    expect(computingMs(verdictOn(100_000)) / unitMs).toBeLessThan(1_000)
  })
})
