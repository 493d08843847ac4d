import { Agent, get } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost, useHosts } from '../../hosts/use-hosts.ts'

/** Says which host it is, whatever is asked; below /broken/ it hangs up in the middle. */
const web = `server {
  listen 8080;
  location / { return 200 $hostname; }
  location /broken/ { if ($hostname = web1) { return 444; } return 200 $hostname; }
}
`
const conf = '/etc/nginx/conf.d/app.conf'

/** Sends requests, sixteen at a time, and counts who answered; anything but 200 counts as an error. */
async function load(url: string, requests: number, during?: { at: number; happens: () => Promise<unknown> }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const counts: Record<string, number> = {}
  let sent = 0
  let event: Promise<unknown> | undefined
  const client = async () => {
    while (sent < requests) {
      sent++
      if (during && sent === during.at) event = during.happens()
      const who = await ask(url, agent, sent)
      counts[who] = (counts[who] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: 16 }, client))
  await event
  agent.destroy()
  return counts
}

function ask(url: string, agent: Agent, number: number): Promise<string> {
  return new Promise(resolve => {
    get(`${url}page/${number}`, { agent }, response => {
      const parts: Buffer[] = []
      response.on('data', part => parts.push(part))
      response.on('end', () =>
        resolve(
          response.statusCode === 200 ? Buffer.concat(parts).toString() : `error ${response.statusCode}`,
        ),
      )
      response.on('error', error => resolve(`error ${error.message}`))
    }).on('error', error => resolve(`error ${error.message}`))
  })
}

describeReal('nginx-failover before two real web servers', () => {
  const webs = useHosts({
    names: ['web1', 'web2'],
    withPackages: ['nginx'],
    files: { '/etc/nginx/conf.d/web.conf': web },
  })
  const proxy = useHost({ name: 'proxy', withPackages: ['curl'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({})
  })
  afterAll(() => folder?.remove())

  const web1 = () => {
    const [first] = webs()
    if (first === undefined) throw new Error('web1 is there only while tests run')
    return first
  }
  const servers = () => {
    const [primary, standby] = webs().map(host => `${host.address}:8080`)
    return ['--primary', primary ?? '', '--standby', standby ?? '']
  }
  const ops = (verb: string, ...flags: string[]) =>
    folder.ops([
      verb,
      'nginx-failover',
      proxy().name,
      '-F',
      proxy().sshConfig,
      ...(verb === 'apply' ? ['--yes'] : []),
      ...['--name', 'app', '--max-fails', '1', '--fail-timeout', '1s', ...servers()],
      ...flags,
    ])
  const url = () => `http://${proxy().address}:80/`
  const workers = () => proxy().read('pgrep -P "$(cat /run/nginx.pid)"')
  const status = async (path: string, curl = '') =>
    (await proxy().read(`curl -s -o /dev/null -w '%{http_code}' ${curl} http://127.0.0.1${path}`)).trim()
  const answering = async (who: string) => {
    const agent = new Agent({ keepAlive: true })
    try {
      for (let row = 0, tries = 0; row < 50 && tries < 100_000; tries++) {
        row = (await ask(url(), agent, tries)) === who ? row + 1 : 0
      }
    } finally {
      agent.destroy()
    }
  }

  test('without nginx it says how to get it, and does nothing', async () => {
    const refused = await ops('apply')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('nginx is installed (--install brings it) does not hold')
    expect((await proxy().exec('ls /etc/nginx')).code).not.toBe(0)
  })

  test('installs nginx and wins over its welcome page; the second run changes nothing', async () => {
    const first = await ops('apply', '--install')
    expect(first.stderr).toBe('')
    expect(first.code).toBe(0)
    expect(await load(url(), 50)).toEqual({ web1: 50 })
    const before = await workers()
    expect((await ops('apply', '--install')).stdout).toContain('nothing to do')
    expect((await ops('check')).code).toBe(0)
    expect(await workers()).toBe(before)
  })

  test.each(['backup', 'weight'])(
    'with %s all requests go to web1, to web2 while web1 is dead, and back: no client sees an error',
    async mode => {
      expect((await ops('apply', '--mode', mode)).code).toBe(0)
      const before = await load(url(), 1000)
      expect(before).toEqual({ web1: 1000 })
      const killed = await load(url(), 3000, {
        at: 500,
        happens: () => web1().exec('systemctl kill -s KILL nginx'),
      })
      expect(Object.keys(killed).sort()).toEqual(['web1', 'web2'])
      expect((killed.web1 ?? 0) + (killed.web2 ?? 0)).toBe(3000)
      expect(await load(url(), 500)).toEqual({ web2: 500 })
      await web1().read('systemctl start nginx')
      await answering('web1')
      const { web1: first = 0, web2: second = 0, ...others } = await load(url(), 1000)
      expect(others).toEqual({})
      expect(first + second).toBe(1000)
      // A weight comes back by one a request, so a few go astray for a while.
      expect(second).toBeLessThanOrEqual(mode === 'weight' ? 20 : 0)
    },
  )

  test('a primary that vanished without a word costs no request', async () => {
    expect((await ops('apply', '--connect-timeout', '1s')).code).toBe(0)
    await web1().read('ip link set host0 down')
    expect(await load(url(), 100)).toEqual({ web2: 100 })
    await web1().read('ip link set host0 up')
    await answering('web1')
    expect(await load(url(), 100)).toEqual({ web1: 100 })
  })

  test('a GET that broke half-way is sent to the standby, a POST only where that was asked for', async () => {
    expect((await ops('apply')).code).toBe(0)
    expect(await status('/broken/')).toBe('200')
    await answering('web1')
    expect(await status('/broken/', '-X POST -d order=1')).toBe('502')
    await answering('web1')
    const planned = await ops('plan', '--retry-posts')
    expect(planned.stdout).toContain('note: --retry-posts: a POST that broke half-way')
    expect((await ops('apply', '--retry-posts')).code).toBe(0)
    expect(await status('/broken/', '-X POST -d order=1')).toBe('200')
    await answering('web1')
  })

  test('who answered is told to the host itself and to nobody else', async () => {
    const [at] = webs().map(host => `${host.address}:8080`)
    expect(await proxy().read('curl -sI http://127.0.0.1/')).toContain(`X-Failover: ${at}`)
    expect(
      await web1().read(
        `bash -c 'exec 3<>/dev/tcp/${proxy().address}/80; printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3'`,
      ),
    ).not.toContain('X-Failover')
  })

  /** What must be the same after a refusal as before it. */
  const state = async () => ({
    conf: await proxy().read(`cat ${conf}; stat -c '%Y %i' ${conf}`),
    workers: await workers(),
    left: await proxy().read(
      'find /etc/nginx /run/ops /var/lib/ops -name ".ops.*" -o -name view -o -name "stage.*"',
    ),
  })

  test.each<[string, { foreign?: [string, string]; flags?: string[]; said: string }]>([
    [
      'a certificate that another site lacks',
      {
        foreign: [
          '/etc/nginx/conf.d/tls.conf',
          'server { listen 444 ssl; ssl_certificate /etc/none.pem; ssl_certificate_key /etc/none.key; }',
        ],
        said: 'cannot load certificate "/etc/none.pem"',
      },
    ],
    [
      'a group of servers of the same name in another file',
      {
        foreign: ['/etc/nginx/conf.d/other.conf', 'upstream app { server 127.0.0.1; }'],
        said: 'duplicate upstream "app"',
      },
    ],
    [
      'a server whose name cannot be looked up',
      {
        flags: ['--standby', 'no-such-host.invalid:80'],
        said: 'host not found in upstream "no-such-host.invalid:80"',
      },
    ],
    [
      'an nginx.conf that reads no conf.d',
      { foreign: ['/etc/nginx/nginx.conf', 'events {}'], said: 'nginx.conf includes no conf.d/*.conf' },
    ],
  ])(
    '%s is found in a staged copy, before the live configuration is touched',
    async (_what, { foreign, flags = [], said }) => {
      expect((await ops('apply')).code).toBe(0)
      const before = await state()
      if (foreign) {
        await proxy().exec(`cp -p ${foreign[0]} /root/was`)
        await proxy().exec(`cat >${foreign[0]}`, { input: foreign[1] })
      }
      const refused = await ops('apply', '--listen', '8081', ...flags)
      if (foreign) await proxy().exec(`rm ${foreign[0]}; mv /root/was ${foreign[0]}`)
      expect(refused.stderr).toContain(said)
      expect(refused.stderr).toContain('nothing was changed')
      expect(refused.code).toBe(1)
      expect(await state()).toEqual(before)
      expect(await load(url(), 20)).toEqual({ web1: 20 })
    },
  )

  test('the plan tells that it replaces a file that somebody else wrote, and only then', async () => {
    expect((await ops('apply')).code).toBe(0)
    const told = 'note: replaces a file that was not written by this recipe'
    await proxy().read(`sed -i 's/max_fails=1/max_fails=9/' ${conf}`)
    expect((await ops('plan')).stdout).not.toContain(told)
    await proxy().exec(`cat >${conf}`, { input: 'server { listen 8099; }\n' })
    expect((await ops('plan')).stdout).toContain(told)
    const applied = await ops('apply')
    expect([applied.code, applied.stdout]).toEqual([0, expect.stringContaining(told)])
    expect((await ops('plan')).stdout).not.toContain(told)
  })

  test('a reload that looks like success while the port is taken is noticed: the old file comes back', async () => {
    expect((await ops('apply')).code).toBe(0)
    const before = await proxy().read(`cat ${conf}`)
    const taken = await ops('apply', '--listen', '22')
    expect(taken.stderr).toMatch(
      /no new worker came.*bind\(\) to 0\.0\.0\.0:22 failed.*port 22 is held by sshd \(pid \d+\), and .*app\.conf asks for it/,
    )
    expect(taken.code).toBe(7)
    expect(await proxy().read(`cat ${conf}`)).toBe(before)
    expect(await load(url(), 20)).toEqual({ web1: 20 })
    expect((await ops('check')).code).toBe(0)
  })

  test('a configuration that runs while another server gets the requests is taken back', async () => {
    const other = 'server { listen 80; server_name shop.example.com; return 200 other; }'
    await proxy().exec('cat >/etc/nginx/conf.d/aaa.conf', { input: other })
    expect((await ops('apply')).code).toBe(0)
    expect(await load(url(), 20)).toEqual({ web1: 20 })
    const taken = await ops('apply', '--server-name', 'shop.example.com')
    expect(taken.stderr).toContain(
      'was answered by another server of this nginx: /etc/nginx/conf.d/aaa.conf names it too',
    )
    expect(taken.code).toBe(7)
    expect(await load(url(), 20)).toEqual({ web1: 20 })
    await proxy().read('rm /etc/nginx/conf.d/aaa.conf')
    expect((await ops('apply', '--server-name', 'shop.example.com')).code).toBe(0)
  })

  test.each(['127.0.0.1:8090', '[::1]:8091', '8092'])('proves itself on %s', async listen => {
    const done = await ops('apply', '--listen', listen)
    expect(done.stderr).toBe('')
    expect(done.code).toBe(0)
    const at = listen.includes(':') ? listen : `127.0.0.1:${listen}`
    expect(await proxy().read(`curl -s 'http://${at}/'`)).toBe('web1')
  })

  test('an address of the host counts as listened on where nginx listens on every address of that port', async () => {
    const done = await ops('apply', '--listen', `${proxy().address}:80`)
    expect(done.stderr).toBe('')
    expect(done.code).toBe(0)
    expect(await proxy().read('ss -Hltn')).not.toContain(`${proxy().address}:80`)
    expect(await load(url(), 20)).toEqual({ web1: 20 })
  })

  test('an address that the host has not, and a server that is this very nginx, are refused', async () => {
    const foreign = await ops('plan', '--listen', '203.0.113.9:80')
    expect(foreign.stderr).toContain('--listen 203.0.113.9:80 is not an address of proxy')
    expect(foreign.code).toBe(3)
    for (const own of [`${proxy().address}:80`, '127.0.0.1:80', 'proxy:80', '[::1]:80']) {
      const loop = await ops('plan', '--standby', own)
      expect(loop.stderr).toContain(`${own} is this very nginx on proxy: requests would go round in circles`)
      expect(loop.stderr).not.toMatch(/^ {2}at/m)
      expect(loop.code).toBe(3)
    }
    expect((await ops('plan', '--listen', '127.0.0.2:80', '--standby', '127.0.0.1:80')).code).toBe(0)
  })

  test('where the host gives a step no mounts of its own, a bad file is put back as soon as it is tested', async () => {
    expect((await ops('apply')).code).toBe(0)
    const before = await proxy().read(`cat ${conf}`)
    await proxy().exec('cat >/usr/local/bin/unshare; chmod 755 /usr/local/bin/unshare', {
      input: '#!/bin/sh\nexit 1\n',
    })
    const refused = await ops('apply', '--standby', 'no-such-host.invalid:80')
    expect(refused.stderr).toContain('it was put back')
    expect(refused.code).toBe(1)
    expect(await proxy().read(`cat ${conf}`)).toBe(before)
    expect((await ops('apply', '--max-body', '2m')).code).toBe(0)
    await proxy().read('rm /usr/local/bin/unshare')
  })

  test('every example of its docs can be planned', async () => {
    const page = await folder.ops(['recipes', 'nginx-failover'])
    const examples = [...page.stdout.matchAll(/^ {2}ops apply nginx-failover HOST (.*)$/gm)].map(
      found => found[1] ?? '',
    )
    expect(examples.length).toBeGreaterThanOrEqual(3)
    for (const example of examples) {
      const planned = await folder.ops([
        'plan',
        'nginx-failover',
        proxy().name,
        '-F',
        proxy().sshConfig,
        ...example.split(' '),
      ])
      expect(planned.stderr).toBe('')
      expect(planned.code).toBe(0)
    }
  })
})
