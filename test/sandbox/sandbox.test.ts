import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openSandbox, type Sandbox } from '../../src/sandbox/open.ts'
import { sandboxKind } from '../../src/sandbox/requirements.ts'
import { lacking, skippedFor } from '../needs.ts'

interface Said {
  readonly code: number
  readonly out: string
}

/** Runs a program to its end; both outputs together. */
function run(command: string, args: readonly string[]): Promise<Said> {
  return new Promise(resolve => {
    execFile(command, args, { encoding: 'utf8', timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out: (stdout + stderr).trim() })
    })
  })
}

const ssh = (config: string, command: string): Promise<Said> => run('ssh', ['-F', config, 'sandbox', command])

function possible(): boolean {
  try {
    if (sandboxKind() !== 'kernel') return false
  } catch (error) {
    skippedFor(`sandboxes: ${error instanceof Error ? error.message : error}`)
    return false
  }
  return lacking('sshd', 'ip') === undefined
}

describe.skipIf(!possible())('a sandbox opened as root', () => {
  let sandbox: Sandbox
  const inside = (command: string): Promise<Said> => ssh(sandbox.sshConfigFile, command)

  beforeAll(async () => {
    sandbox = await openSandbox()
  })
  afterAll(() => sandbox?.close())

  test('answers ssh with every check on, as root of a machine named sandbox', async () => {
    expect(await inside('id -u; hostname')).toEqual({ code: 0, out: '0\nsandbox' })
  })

  test('answers whatever the start-up files of root wait for', async () => {
    await inside(
      'touch /root/.bashrc; cp -p /root/.bashrc /root/.bashrc.was; echo "sleep 1000" >/root/.bashrc',
    )
    expect(await inside('mv /root/.bashrc.was /root/.bashrc; echo here')).toEqual({ code: 0, out: 'here' })
  })

  test('shows this machine', async () => {
    const here = await run('cat', ['/etc/os-release'])
    expect((await inside('cat /etc/os-release')).out).toBe(here.out)
  })

  test('keeps what is changed in it to itself', async () => {
    const path = `/etc/ops-sandbox-test-${process.pid}`
    expect(
      await inside(`echo x >${path} && rm /etc/hostname && useradd ops-sandbox-test && cat ${path}`),
    ).toEqual({
      code: 0,
      out: 'x',
    })
    expect(existsSync(path)).toBe(false)
    expect(existsSync('/etc/hostname')).toBe(true)
    expect((await run('getent', ['passwd', 'ops-sandbox-test'])).code).not.toBe(0)
  })

  test.each([
    ['setting kernel values', 'sysctl -w vm.swappiness=$(cat /proc/sys/vm/swappiness)'],
    ['writing to /sys', 'echo 0 >/sys/kernel/mm/ksm/run'],
    ['new mounts', 'mount -t tmpfs tmpfs /mnt'],
    ['remounting what is read-only', 'mount -o remount,rw,bind /proc/sys'],
    ['device nodes', 'mknod /tmp/disk b 254 0'],
    ['setting the clock', 'date -s "$(date)"'],
    ['signals to processes outside', `kill -0 ${process.pid}`],
  ])('refuses %s', async (_, command) => {
    expect((await inside(`PATH=$PATH:/usr/sbin:/sbin; ${command}`)).code).not.toBe(0)
  })

  test('has a network of its own, so that nothing in it can take a port of this machine', async () => {
    expect((await inside('ip -o address show up | cut -d " " -f 2 | sort -u')).out).toBe('lo')
  })

  test.each(['127.0.0.1', '[::1]', 'localhost', ...ownAddresses()])(
    'has no way through its proxy to what listens on this machine at %s',
    async address => {
      const send = `printf "GET http://${address}:22/ HTTP/1.0\\r\\n\\r\\n" >&3; head -n 1 <&3`
      const answer = await inside(`bash -c 'exec 3<>/dev/tcp/127.0.0.1/3128; ${send}'`)
      expect(answer.out).toMatch(/^HTTP\/1\.1 403 /)
    },
  )

  test('reaps children that nobody waits for', async () => {
    const orphan = 'sh -c "sleep 0.1 & exit"; while ps ax -o args= | grep -qx "sleep 0.1"; do :; done'
    expect((await inside(`${orphan}; ps ax -o stat=,comm= | grep -c "^Z.*sleep"`)).out).toBe('0')
  })

  test('refuses another key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ops-other-key-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const key = join(folder, 'key')
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const { out } = await run('ssh', ['-G', '-F', sandbox.sshConfigFile, 'sandbox'])
    const of = (name: string): string => new RegExp(`^${name} (.*)$`, 'm').exec(out)?.[1] ?? ''
    const strict = [
      '-F',
      'none',
      '-o',
      `UserKnownHostsFile=${of('userknownhostsfile')}`,
      '-o',
      'BatchMode=yes',
    ]
    const login = [...strict, '-o', 'IdentitiesOnly=yes', '-p', of('port'), 'root@127.0.0.1', 'true']
    expect((await run('ssh', ['-i', key, ...login])).out).toContain('Permission denied (publickey)')
    expect((await run('ssh', ['-i', of('identityfile'), ...login])).code).toBe(0)
  })

  test('is gone after close, with its files and its port', async () => {
    const other = await openSandbox()
    expect((await ssh(other.sshConfigFile, 'sleep 300 >/dev/null 2>&1 & echo')).code).toBe(0)
    const kept = other.sshConfigFile
    await other.close()
    expect(existsSync(kept)).toBe(false)
    expect(await descriptions()).not.toContain(kept.replace(/\/ssh_config$/, ''))
  })
})

describe.skipIf(!possible())('a sandbox whose process is killed', () => {
  test('dies with it, and the next one sweeps its keys', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ops-sandbox-holder-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const holder = spawn(process.execPath, [await holderProgram(folder)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const config = await firstLine(holder)
    const sandboxFolder = config.replace(/\/ssh_config$/, '')
    expect((await ssh(config, 'sleep 1000 >/dev/null 2>&1 & echo up')).out).toBe('up')
    holder.kill('SIGKILL')
    await expect.poll(descriptions).not.toContain(sandboxFolder)
    expect(existsSync(sandboxFolder)).toBe(true)
    await (await openSandbox()).close()
    expect(existsSync(sandboxFolder)).toBe(false)
  })
})

/** As an ordinary user of this machine would do it, who is made up in a private view of /etc/passwd. */
describe.skipIf(!possible() || !withoutRootPossible())('a sandbox opened without root', () => {
  test('is a view that can be changed like one of root', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ops-sandbox-user-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    chmodSync(folder, 0o755)
    const program = await holderProgram(folder)
    writeFileSync(join(folder, 'as-user.sh'), asUser)
    const holder = spawn(
      'unshare',
      ['--mount', 'sh', join(folder, 'as-user.sh'), folder, process.execPath, program],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    onTestFinished(() => void holder.kill())
    const config = await firstLine(holder)
    const changed =
      'touch /usr/bin/new && chown 33:33 /usr/bin/new && stat -c %u:%g /usr/bin/new /usr/bin/env'
    expect(await ssh(config, `id -u; echo x >>/etc/passwd && ${changed}`)).toEqual({
      code: 0,
      out: '0\n33:33\n0:0',
    })
    expect((await ssh(config, 'dpkg --audit && dpkg --configure -a')).code).toBe(0)
    expect(existsSync('/usr/bin/new')).toBe(false)
  })
})

const asUser = `
set -e
folder=$1
shift
mkdir "$folder/home" "$folder/dev"
mount -t tmpfs tmpfs "$folder/dev"
mknod -m 666 "$folder/dev/fuse" c 10 229
mount --bind "$folder/dev/fuse" /dev/fuse
for file in passwd group subuid subgid; do cp "/etc/$file" "$folder/$file"; done
echo "ops-user:x:61234:61234::$folder/home:/bin/sh" >>"$folder/passwd"
echo "ops-user:x:61234:" >>"$folder/group"
echo "ops-user:3000000:65536" | tee -a "$folder/subuid" >>"$folder/subgid"
for file in passwd group subuid subgid; do mount --bind "$folder/$file" "/etc/$file"; done
chown 61234:61234 "$folder/home"
cd /
exec setpriv --reuid 61234 --regid 61234 --clear-groups env HOME="$folder/home" "$@"
`

function withoutRootPossible(): boolean {
  const programs = [
    '/usr/bin/fuse-overlayfs',
    '/usr/bin/newuidmap',
    '/etc/subuid',
    '/etc/subgid',
    '/dev/fuse',
  ]
  return programs.every(path => existsSync(path))
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout) for await (const line of createInterface({ input: child.stdout })) return line
  return ''
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? [])
  return all
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
    .slice(0, 1)
}

/** What every process of this machine was started with, and what each has mounted. */
async function descriptions(): Promise<string> {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const files = pids.flatMap(pid => [`/proc/${pid}/cmdline`, `/proc/${pid}/mountinfo`])
  return (await run('cat', ['--', ...files])).out
}

async function holderProgram(folder: string): Promise<string> {
  const entry = join(folder, 'holder.ts')
  const open = new URL('../../src/sandbox/open.ts', import.meta.url).pathname
  writeFileSync(
    entry,
    `import { openSandbox } from ${JSON.stringify(open)}\nconsole.log((await openSandbox()).sshConfigFile)\n`,
  )
  const outfile = join(folder, 'holder.mjs')
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    loader: { '.sh': 'text', '.awk': 'text' },
    logLevel: 'error',
  })
  return outfile
}
