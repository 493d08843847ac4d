import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { folderWith, program } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHosts } from '../hosts/use-hosts.ts'
import { hasDuckdb, putDuckdb } from './engines.ts'
import { hasPython, readCsv } from './read-csv.ts'

const nginxConfig = `
log_format odd '$status|$remote_addr|$time_iso8601|"$request"|"$http_user_agent"';
log_format json escape=json '{"status":$status,"at":"$time_iso8601","request":"$request","agent":"$http_user_agent"}';
server {
  listen 8081;
  access_log /var/log/nginx/odd.log odd;
  access_log /var/log/nginx/json.log json;
  access_log /var/log/nginx/plain.log;
  root /var/www/html;
}
`
const apacheConfig = `
Listen 8082
LogFormat "%>s|%a|%{%Y-%m-%dT%H:%M:%S%z}t|\\"%r\\"|\\"%{User-Agent}i\\"" odd
<VirtualHost *:8082>
  CustomLog \${APACHE_LOG_DIR}/odd.log odd
  CustomLog \${APACHE_LOG_DIR}/plain.log combined
</VirtualHost>
`

/** Raw bytes of one request each; the ones that every server logs alike. */
const requests = [
  'GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: plain\r\nConnection: close\r\n\r\n',
  'GET /"q",x?a=\\x22 HTTP/1.1\r\nHost: a\r\nUser-Agent: say "hi", \\ \\" \\x22\r\nConnection: close\r\n\r\n',
  'GET /umlaut?\xc3\xa4\xff HTTP/1.1\r\nHost: a\r\nUser-Agent: \xe2\x82\xac bad \xff\xc3(\ttab\r\nConnection: close\r\n\r\n',
  'GET http://www.example.com/absolute HTTP/1.1\r\nHost: a\r\nUser-Agent: =1+1\r\nConnection: close\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\nUser-Agent: -\r\nConnection: close\r\n\r\n',
]

/** What TLS says first on a port of plain HTTP, and an old client. */
const oddities = [
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\xb4"\r\n\r\n',
  'GET /old\r\n',
  'CONNECT a:443 HTTP/1.1\r\n\r\n',
]

/** Sends it, and waits for the server's last word. */
function send(address: string, port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port }, () => socket.write(Buffer.from(text, 'latin1')))
    socket.on('data', () => {})
    socket.on('error', reject)
    socket.on('close', () => resolve())
  })
}

describeReal('ops logs csv on hosts', () => {
  const hosts = useHosts({
    count: 2,
    withPackages: ['nginx', 'apache2'],
    files: {
      '/etc/nginx/conf.d/logs.conf': nginxConfig,
      '/etc/apache2/conf-enabled/logs.conf': apacheConfig,
      '/etc/apache2/ports.conf': '',
    },
  })
  const folder = folderWith({})
  afterAll(() => folder.remove())
  const config = () => ['-F', hosts()[0]?.sshConfig ?? '']

  function csv(words: readonly string[]) {
    const shell = `exec "$0" "$@" > out.csv`
    const argv = [program, 'logs', 'csv', ...config(), ...words]
    const { status, stderr } = spawnSync('sh', ['-c', shell, process.execPath, ...argv], {
      cwd: folder.path,
      encoding: 'utf8',
    })
    const text = readFileSync(join(folder.path, 'out.csv'), 'utf8')
    return { status, stderr, lines: text.trimEnd().split('\n') }
  }
  const rows = () => readCsv(join(folder.path, 'out.csv'))

  beforeAll(async () => {
    for (const host of hosts()) {
      await host.read('systemctl restart nginx apache2')
    }
    const [first] = hosts()
    if (!first) throw new Error('no host')
    for (const text of [...requests, ...oddities]) {
      await send(first.address, 8081, text)
      await send(first.address, 8082, text)
    }
    // Apache writes its line after the answer.
    await first.read(
      `for i in $(seq 600); do [ "$(wc -l </var/log/apache2/plain.log)" -ge ${requests.length} ] && exit; sleep 0.1; done; exit 1`,
    )
  })

  test.skipIf(!hasPython)(
    'nginx and Apache give equal cells for equal requests, each read by its own configuration',
    () => {
      const fields = ['--fields', 'status,request,method,target,protocol,http_user_agent']
      const [name] = hosts().map(host => host.name)
      const ofServer = ['nginx', 'apache2'].map(server => {
        const { status, stderr } = csv([`${name}:/var/log/${server}/odd.log`, ...fields])
        expect(stderr).toContain(' 0 rejected')
        expect(status).toBe(0)
        return rows().slice(1)
      })
      const cells = ofServer.map(server => server.slice(0, requests.length).map(row => row.slice(1)))
      expect(cells[0]).toEqual(cells[1])
      const agents = requests.map(text => /User-Agent: (.*?)\r/.exec(text)?.[1])
      expect(cells[0]?.map(row => row.at(-1))).toEqual(agents)
      expect(cells[0]?.map(row => row[0])).toEqual(requests.map(text => text.split('\r\n')[0]))
      expect(ofServer[0]?.map(row => row[1])).toContain('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\xb4"')
      expect(ofServer[0]).toContainEqual([expect.any(String), 'GET /old', 'GET', '/old', '', '-'])
      // The same visits as nginx wrote them in JSON, and in combined.
      csv([`${name}:/var/log/nginx/json.log`, '--fields', 'request,http_user_agent'])
      expect(rows().slice(1, requests.length)).toEqual(
        cells[0]?.slice(0, -1).map(row => [row[0], row.at(-1)]),
      )
      csv([
        `${name}:/var/log/nginx/plain.log`,
        `${name}:/var/log/apache2/plain.log`,
        '--fields',
        'request,http_user_agent',
      ])
      expect(rows().slice(1)).toHaveLength(2 * (requests.length + oddities.length))
    },
  )

  test('files of several hosts come merged by time, rotated and compressed ones in their turn', async () => {
    const line = (host: number, second: number) =>
      `192.0.2.${host} - - [28/Nov/2026:10:00:${String(second).padStart(2, '0')} +0000] "GET /${host}/${second} HTTP/1.1" 200 5 "-" "x"\n`
    for (const [index, host] of hosts().entries()) {
      const parts = [0, 20, 40].map(from =>
        Array.from({ length: 20 }, (_, at) => line(index, from + at))
          .filter((_, at) => at % 2 === index)
          .join(''),
      )
      await host.read('mkdir -p /srv/logs && cat > /srv/logs/access.log', { input: parts[2] ?? '' })
      await host.read('cat > /srv/logs/access.log.1', { input: parts[1] ?? '' })
      await host.read('gzip -c > /srv/logs/access.log.2.gz', { input: parts[0] ?? '' })
      await host.read(
        'cd /srv/logs; touch -d "1 day ago" access.log.1; touch -d "2 days ago" access.log.2.gz; chmod 700 /srv/logs',
      )
    }
    const names = hosts().map(host => `${host.name}-deploy`)
    const words = names.map(name => `${name}:/srv/logs/access.log*`)
    const { status, stderr, lines } = csv([...words, '--fields', 'host,time_local'])
    expect(stderr).toContain('60 lines = 60 rows + 0 rejected')
    expect(status).toBe(0)
    expect(lines.slice(1)).toEqual(
      Array.from(
        { length: 60 },
        (_, second) => `${names[second % 2]},28/Nov/2026:10:00:${String(second).padStart(2, '0')} +0000`,
      ),
    )
    if (hasDuckdb) {
      putDuckdb(folder.path)
      const query = 'SELECT host, count(*) AS n, min(time), max(status) FROM logs GROUP BY host ORDER BY host'
      const argv = [program, 'logs', 'sql', ...config(), query, ...words, '--csv']
      const { stdout } = spawnSync(process.execPath, argv, { cwd: folder.path, encoding: 'utf8' })
      expect(stdout.trimEnd().split('\n').slice(1)).toEqual(
        names.map((name, index) => `${name},30,2026-11-28 10:00:0${index},200`),
      )
    }
    const denied = csv([`${hosts()[0]?.name}-guest:/srv/logs/*`, '--no-become'])
    expect(denied.stderr).toContain('there is no file /srv/logs/*, or it may not be read')
    expect([denied.status, denied.lines]).toEqual([3, ['']])
  })

  test('a host alone is pushed with what its own servers write, each log in its format', () => {
    const [host] = hosts()
    const argv = [program, 'logs', 'push', ...config(), host?.name ?? '', '--to', 'place']
    const { stdout, stderr } = spawnSync(process.execPath, argv, { cwd: folder.path, encoding: 'utf8' })
    const visits = requests.length + oddities.length
    // odd, json and plain of nginx, odd and plain of Apache; the access.log of either has seen nobody.
    expect(stdout + stderr).toContain(`${5 * visits} lines = ${5 * visits} rows + 0 rejected`)
    expect(stdout + stderr).toContain('5 objects written and proved')
  })

  test('a file that is rotated after it was found is still read whole', async () => {
    const [host] = hosts()
    const line = (name: string) =>
      `192.0.2.1 - - [28/Nov/2026:10:00:00 +0000] "GET /${name} HTTP/1.1" 200 5 "-" "x"\n`
    await host?.read('mkdir -p /srv/moved; cd /srv/moved; cat > b.log; touch -d "1 day ago" b.log', {
      input: line('old'),
    })
    await host?.read(
      "cd /srv/moved; yes '" +
        line('first').trimEnd() +
        "' | head -n 200000 > a.log; touch -d '2 days ago' a.log",
    )
    const child = spawn(
      process.execPath,
      [program, 'logs', 'csv', ...config(), `${host?.name}:/srv/moved/*.log`, '--fields', 'target'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    // Nobody reads its rows yet, so it cannot have come to the second file.
    await new Promise(resolve => child.stdout.once('readable', resolve))
    await host?.read('cd /srv/moved; mv b.log b.log.1; echo other > b.log')
    let out = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      out += text
    })
    const code = await new Promise(resolve => child.once('close', resolve))
    expect(code).toBe(0)
    expect(out.endsWith('/first\n/old\n')).toBe(true)
  })

  test('the command on the host ends when the reader of the rows has had enough', async () => {
    const [host] = hosts()
    await host?.read(
      `cd /srv; yes '192.0.2.1 - - [28/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"' | head -n 2000000 > big.log`,
    )
    const { stdout, stderr } = spawnSync(
      'bash',
      [
        '-c',
        '"$@" | head -n 1; echo "${PIPESTATUS[@]}"',
        'bash',
        process.execPath,
        program,
        'logs',
        'csv',
        ...config(),
        `${host?.name}:/srv/big.log`,
        '--fields',
        'status',
      ],
      { encoding: 'utf8' },
    )
    expect([stdout, stderr]).toEqual(['status\n0 0\n', ''])
    while ((await host?.exec('pgrep -x cat'))?.code === 0) await pause(20)
  })

  test('a connection that is lost half-way is told, and does not end well', async () => {
    const [host] = hosts()
    const argv = [program, 'logs', 'csv', ...config(), `${host?.name}:/srv/big.log`]
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
    // It waits for a reader of its rows, so it cannot be through.
    await new Promise(resolve => child.stdout.once('readable', resolve))
    await host?.read('kill -KILL $(ps -o ppid= -p $(pgrep -x cat))')
    let said = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      said += text
    })
    child.stdout.resume()
    const code = await new Promise(resolve => child.once('close', resolve))
    expect(said).toContain(`${host?.name}:/srv/big.log: the connection was lost`)
    expect(code).toBe(5)
  })

  test('a host that cannot be reached is told before any row', () => {
    const { status, lines, stderr } = csv([`${hosts()[0]?.name}:/srv/big.log`, 'nowhere.invalid:/var/log/x'])
    expect(stderr).toContain('nowhere.invalid')
    expect([status, lines]).toEqual([4, ['']])
  })
})
