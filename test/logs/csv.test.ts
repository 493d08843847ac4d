import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { momentOf } from '../../src/cli/logs/flags.ts'
import { folderWith, program } from '../cli/run-ops.ts'
import { hasPython, readCsv } from './read-csv.ts'
import { addressOf, escapes, logOf, timeOf, visits } from './requests.ts'

const folder = folderWith({})
afterAll(() => folder.remove())
const path = (name: string) => join(folder.path, name)

/** Runs `ops logs csv` into a file, as bytes. */
function csv(words: readonly string[], output = 'out.csv') {
  const shell = `exec "$0" "$@" > ${path(output)}`
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', shell, process.execPath, program, 'logs', 'csv', ...words],
    {
      cwd: folder.path,
      encoding: 'utf8',
    },
  )
  return { status, stderr, bytes: readFileSync(path(output)) }
}

const plain = '192.0.2.1 - - [28/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"\n'

/** The cells of the visits as a client sent them; method, target and protocol by a rule of the test's own. */
const expected = visits.map(({ user, request, status, referer, agent }, index) => {
  const text = request.toString('latin1')
  const [, method = '', target = '', , protocol = ''] =
    /^([A-Z0-9_-]+) ([\s\S]*?)( (HTTP\/[\d.]+))?$/.exec(text) ?? []
  return [
    addressOf(index),
    '-',
    user.toString('latin1'),
    timeOf(index),
    text,
    method,
    target,
    protocol,
    status,
    String(index),
    referer.toString('latin1'),
    agent.toString('latin1'),
  ]
})

describe.skipIf(!hasPython)('the cells of ops logs csv, read back by Python', () => {
  test.each(['nginx', 'apache'] as const)('are what the client sent, as %s wrote it', server => {
    writeFileSync(path('access.log'), logOf(escapes[server]))
    const { status, stderr } = csv(['access.log'])
    expect(stderr).toContain(`${visits.length} lines = ${visits.length} rows + 0 rejected`)
    expect(status).toBe(0)
    const [header, ...rows] = readCsv(path('out.csv'))
    expect(header?.join()).toBe(
      'remote_addr,remote_logname,remote_user,time_local,request,method,target,protocol,status,body_bytes_sent,http_referer,http_user_agent',
    )
    expect(rows).toEqual(expected)
  })

  test('keep bytes that no server escaped: NUL, a lone CR, what is not UTF-8', () => {
    const odd = 'a\x00b\rc\xff\xc3('
    writeFileSync(path('raw.log'), Buffer.from(plain.replace('"x"', `"${odd}"`), 'latin1'))
    csv(['raw.log', '--fields', 'http_user_agent,status'])
    expect(readCsv(path('out.csv'))[1]).toEqual([odd, '200'])
    csv(['raw.log', '--fields', 'http_user_agent,status', '--text'])
    expect(readCsv(path('out.csv'))[1]).toEqual(['a\\x00b\rc\\xFF\\xC3(', '200'])
  })

  test('are harmless to a spreadsheet with --defuse, and numbers and dashes stay', () => {
    writeFileSync(path('access.log'), logOf(escapes.nginx))
    csv(['access.log', '--defuse'])
    const cells = readCsv(path('out.csv')).flat()
    expect(cells.filter(cell => /^[=+@\t\r]|^-./.test(cell))).toEqual([])
    expect(cells).toContain('\'=HYPERLINK("http://evil","x")')
    expect(cells).toContain('-')
  })

  test('may be any columns in any order, and a single empty cell is still a row', () => {
    writeFileSync(path('three.log'), [plain, plain.replace('"x"', '""'), plain].join(''))
    csv(['three.log', '--fields', 'http_user_agent'])
    expect(readCsv(path('out.csv'))).toEqual([['http_user_agent'], ['x'], [''], ['x']])
    csv(['three.log', '--fields', 'time,status,remote_addr'])
    expect(readCsv(path('out.csv'))[1]).toEqual(['2026-11-28T10:00:00Z', '200', '192.0.2.1'])
  })
})

describe('ops logs csv', () => {
  test('counts every line as a row or as rejected, and keeps the rejected ones as they were', () => {
    const bad = [
      '',
      'nonsense',
      plain.slice(0, 60),
      `${plain.trimEnd()} more`,
      '\x00\xff',
      plain.replace('] "', '] ').trimEnd(),
    ]
    const lines = bad.flatMap(line => [plain, Buffer.from(`${line}\n`, 'latin1').toString('latin1')])
    writeFileSync(path('mixed.log'), Buffer.from(`${lines.join('')}${plain.trimEnd()}`, 'latin1'))
    const { status, stderr, bytes } = csv(['mixed.log', '--rejects', 'bad.log'])
    expect(stderr).toContain('13 lines = 7 rows + 6 rejected (in bad.log)')
    expect(stderr).toContain('mixed.log, line 2 is rejected: the line is empty')
    expect(stderr).toContain('mixed.log, line 8 is rejected: there is more after http_user_agent')
    expect(stderr).toContain('... and 1 more')
    expect(status).toBe(0)
    expect(readFileSync(path('bad.log'), 'latin1')).toBe(bad.map(line => `${line}\n`).join(''))
    expect(bytes.toString().trimEnd().split('\n')).toHaveLength(8)
  })

  test('a line behind a hole of zeros is rejected as it was: they are no part of an address', () => {
    const hole = `\0\0\0${plain.trimEnd()}\r\n`
    writeFileSync(path('hole.log'), Buffer.from(plain + hole + plain + hole.trimEnd(), 'latin1'))
    const { stderr } = csv(['hole.log', '--rejects', 'hole-bad.log'])
    expect(stderr).toContain('4 lines = 2 rows + 2 rejected')
    expect(stderr).toContain('hole.log, line 2 is rejected: bytes 0 stand before it')
    expect(readFileSync(path('hole-bad.log'), 'latin1')).toBe(`${hole}${hole.trimEnd()}\n`)
  })

  test('reads compressed files and standard input, and lines that end in CR LF or nowhere', () => {
    writeFileSync(path('a.log'), plain)
    writeFileSync(
      path('b.log.gz'),
      Buffer.concat([gzipSync(plain), gzipSync(plain.replace('\n', '\r\n')), Buffer.alloc(512)]),
    )
    writeFileSync(path('c'), gzipSync(plain.trimEnd()))
    const { bytes, stderr } = csv(['a.log', 'b.log.gz', 'c'])
    expect(stderr).toContain('4 lines = 4 rows + 0 rejected')
    expect(new Set(bytes.toString().trimEnd().split('\n').slice(1)).size).toBe(1)
    const { stdout } = spawnSync(process.execPath, [program, 'logs', 'csv', '--fields', 'status'], {
      input: gzipSync(plain),
      encoding: 'utf8',
    })
    expect(stdout).toBe('status\n200\n')
  })

  test('a file that breaks off is told, and does not end well', () => {
    const whole = gzipSync(plain.repeat(5000))
    writeFileSync(path('cut.gz'), whole.subarray(0, whole.length - 20))
    writeFileSync(path('whole.log'), plain)
    const { status, stderr, bytes } = csv([
      'whole.log',
      'cut.gz',
      '--format',
      'combined',
      '--fields',
      'status',
    ])
    expect(bytes.toString()).toMatch(/^status\n200\n/)
    expect(stderr).toMatch(/[1-9]\d* rows? (was|were) written/)
    expect(stderr).not.toContain('the host')
    expect(stderr).toContain('cut.gz could not be read to its end')
    expect(status).toBe(1)
    // Zeros pad a member; what goes on behind them is no padding.
    writeFileSync(path('gap.gz'), Buffer.concat([gzipSync(plain), Buffer.alloc(512), gzipSync(plain)]))
    const gap = csv(['gap.gz', '--fields', 'status'])
    expect(gap.stderr).toMatch(/gap.gz could not be read to its end: its gzip ends at byte \d+/)
    expect(gap.status).toBe(1)
  })

  test('ends at once and quietly when its reader has had enough, with no end of input in sight', async () => {
    const child = spawn(
      'bash',
      [
        '-c',
        'yes "$3" | "$1" "$2" logs csv --format combined | head -2; echo "${PIPESTATUS[@]}"',
        'bash',
        process.execPath,
        program,
        plain.trimEnd(),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    const said: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
    const complaints: Buffer[] = []
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
    await new Promise(resolve => child.once('close', resolve))
    expect(Buffer.concat(said).toString().trimEnd().split('\n').at(-1)).toBe('141 0 0')
    expect(Buffer.concat(complaints).toString()).toBe('')
  })

  test('shows rows as they come, while its input goes on', async () => {
    const child = spawn(process.execPath, [program, 'logs', 'csv', '--fields', 'status'], { stdio: 'pipe' })
    child.stdin.write(plain)
    let out = ''
    await new Promise<void>(resolve => {
      child.stdout.on('data', text => {
        out += text
        if (out === 'status\n200\n') resolve()
      })
    })
    child.stdin.end(plain)
    await new Promise(resolve => child.once('close', resolve))
    expect(out).toBe('status\n200\n200\n')
  })

  test('stops at Ctrl-C with the rows until there, and says how many', async () => {
    const child = spawn(process.execPath, [program, 'logs', 'csv', '--fields', 'status'], { stdio: 'pipe' })
    child.stdin.on('error', () => {})
    child.stdin.write(plain)
    let out = ''
    let said = ''
    child.stderr.on('data', text => {
      said += text
    })
    child.stdout.on('data', text => {
      out += text
      if (out === 'status\n200\n') child.kill('SIGINT')
    })
    const code = await new Promise(resolve => child.once('close', resolve))
    expect([code, out]).toEqual([130, 'status\n200\n'])
    expect(said).toContain('1 line = 1 row + 0 rejected')
  })

  test('rejects a line longer than 4 MiB in flat memory, and goes on', () => {
    const long = 'x'.repeat(6 << 20)
    writeFileSync(path('long.log'), `${plain}${long}\n${plain}`)
    const { stderr } = csv(['long.log', '--rejects', 'long-bad.log'])
    expect(stderr).toContain('line 2 is rejected: the line is longer than 4 MiB')
    expect(stderr).toContain('3 lines = 2 rows + 1 rejected')
    expect(readFileSync(path('long-bad.log'), 'latin1') === `${long}\n`).toBe(true)
  })

  test('leaves out what is older than --since, and counts it', () => {
    const old = plain.replace('2026', '2024')
    const undated = plain.replace('28/Nov', '31/Feb')
    writeFileSync(path('since.log'), `${old}${plain}${undated}nonsense\n`)
    const { stderr, bytes } = csv(['since.log', '--since', '2026-01-01', '--fields', 'time'])
    expect(stderr).toContain(
      '4 lines = 1 row + 1 rejected + 1 from before --since + 1 without a readable time',
    )
    expect(bytes.toString()).toBe('time\n2026-11-28T10:00:00Z\n')
  })

  test.each([
    ['7d', Date.UTC(2026, 0, 24, 12)],
    ['30min', Date.UTC(2026, 0, 31, 11, 30)],
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['2026-01-31 08:00', Date.UTC(2026, 0, 31, 8)],
    ['2026-01-31T08:00:01+02:00', Date.UTC(2026, 0, 31, 6, 0, 1)],
  ])('--since %s is one moment, whatever the zone of this machine', (text, moment) => {
    expect(momentOf(text, Date.UTC(2026, 0, 31, 12))).toBe(moment)
  })

  test.each([
    [['no-such.log'], 'no-such.log: there is no such file'],
    [['.'], '. is a folder'],
    [['--format', 'combinde', '-'], 'Did you mean combined?'],
    [['--format', '%Z', '-'], '%Z, which is not a directive'],
    [['--since', 'soon', '-'], 'not a time'],
    [['--since', '2026-02-30', '-'], 'not a time'],
    [['--since', '7d', '--format', '$status', '-'], '--since needs a time in each line'],
    [['odd.log'], 'no known format fits the first lines of odd.log'],
    [['a.log', '--fields', 'status,sise'], 'there is no field "sise"'],
    [['a.log', '--rejects', 'no/such/folder'], '--rejects no/such/folder'],
    [['a.log', '--rejects', 'a.log'], '--rejects a.log is a log that is read: a.log'],
    [['odd.log', 'a.log', '--rejects', 'link.log'], '--rejects link.log is a log that is read: a.log'],
    [['odd.log', '--rejects', 'a.log'], '--rejects a.log is there already, and is not empty'],
    [['--format', '${freq:int} ${word}', '-'], 'there is no type "int"'],
    [['--format', '$freq$word', '-'], 'nothing between $freq and the field after it'],
    [
      ['--format', 'log_format x "$remote_addr "$request"";', '-'],
      'a log_format line that nginx would not read',
    ],
  ])('refuses %j before it writes anything: %s', (words, says) => {
    writeFileSync(path('a.log'), plain)
    writeFileSync(path('odd.log'), 'one\ntwo\n')
    if (!existsSync(path('link.log'))) symlinkSync(path('a.log'), path('link.log'))
    const { status, stderr, bytes } = csv(words)
    expect(stderr).toContain(says)
    expect([status, bytes.length]).toEqual([3, 0])
    expect(readFileSync(path('a.log'), 'utf8')).toBe(plain)
  })

  test('says so when no line fits the format that was asked for', () => {
    writeFileSync(path('a.log'), plain)
    const { status, stderr } = csv(['a.log', '--format', 'common'])
    expect(stderr).toContain('a.log, line 1 is rejected: there is more after body_bytes_sent')
    expect(stderr).toContain('no line fits the format')
    expect(status).toBe(1)
  })
})
