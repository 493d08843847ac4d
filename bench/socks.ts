/** `ops socks` beside `ssh -D`, on one real host in one run: throughput and connection set-up, near and 50 ms away. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProxy } from '../test/faults/instruments/proxy.ts'
import type { Host } from '../test/hosts/host.ts'
import { startHost } from '../test/hosts/start.ts'
import { throughProxy } from '../test/tunnel/socks-client.ts'
import { root } from './places.ts'

/** One line of the table: the same thing measured through both, turn by turn; medians. */
export interface SocksRow {
  readonly link: 'bridge' | '50 ms'
  readonly what: string
  readonly unit: 'MB/s' | 'ms'
  readonly ops: number
  readonly ssh: number
  /** Above 1: ops is that many times better. */
  readonly ratio: number
}

interface Contestant {
  readonly name: 'ops' | 'ssh'
  readonly port: number
  readonly child: ChildProcess
}

const rounds = 5
const farPort = 8_000

/** Sends as many bytes as the path of a GET names, and swallows a PUT. */
const farServer = `
const block = Buffer.alloc(1 << 18, 'ops')
require('node:http').createServer((request, response) => {
  if (request.method === 'PUT') return request.resume().once('end', () => response.end())
  let left = Number(request.url.slice(1))
  response.writeHead(200, { 'content-length': left })
  const push = () => {
    while (left > 0) {
      const chunk = block.subarray(0, Math.min(left, block.length))
      left -= chunk.length
      if (!response.write(chunk)) return response.once('drain', push)
    }
    response.end()
  }
  push()
}).listen(${farPort}, '127.0.0.1', 2048, () => console.log('ready'))`

/** Measures; needs root, and the built program in dist/. */
export async function benchSocks(
  tell: (text: string) => void = () => undefined,
): Promise<readonly SocksRow[]> {
  const host = await startHost()
  const server = spawn('nsenter', ['-t', String(host.leader), '-n', process.execPath, '-e', farServer], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const proxy = await startProxy({ host: host.address, port: host.port, delayMs: 25 })
  const home = mkdtempSync(join(tmpdir(), 'ops-bench-'))
  try {
    await once(server.stdout, 'data')
    const near = await rowsFor('bridge', host, host.sshConfig, home, tell)
    const far = await rowsFor('50 ms', host, host.sshConfigThrough(proxy.port), home, tell)
    return [...near, ...far]
  } finally {
    server.kill()
    await proxy.close()
    await host.stop()
    rmSync(home, { recursive: true })
  }
}

async function rowsFor(
  link: SocksRow['link'],
  host: Host,
  config: string,
  home: string,
  tell: (text: string) => void,
): Promise<readonly SocksRow[]> {
  const contestants = [await startOps(host, config, home), await startSsh(host, config)] as const
  const bytes = link === 'bridge' ? 400e6 : 100e6
  const measures: readonly [string, SocksRow['unit'], (port: number) => Promise<number>][] = [
    ['one download', 'MB/s', port => download(port, bytes)],
    ['one upload', 'MB/s', port => upload(port, link === 'bridge' ? bytes : 30e6)],
    ['8 downloads at once', 'MB/s', port => together(8, () => download(port, bytes / 8))],
    ['connection set-up, one by one', 'ms', port => setUps(port, link === 'bridge' ? 100 : 10)],
    ['1,000 connections at once, all set up', 'ms', port => setUpTogether(port, 1_000)],
  ]
  try {
    const rows: SocksRow[] = []
    for (const [what, unit, measure] of measures) {
      const results = { ops: [] as number[], ssh: [] as number[] }
      for (let round = 0; round < rounds; round++) {
        for (const { name, port } of contestants) results[name].push(await measure(port))
      }
      const [ops, ssh] = [median(results.ops), median(results.ssh)]
      const row = { link, what, unit, ops, ssh, ratio: unit === 'ms' ? ssh / ops : ops / ssh }
      tell(rowText(row))
      rows.push(row)
    }
    return rows
  } finally {
    for (const { child } of contestants) child.kill()
    await Promise.all(contestants.map(({ child }) => child.exitCode ?? once(child, 'exit')))
  }
}

/** One row as a line of text. */
export function rowText({ link, what, unit, ops, ssh, ratio }: SocksRow): string {
  const number = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`.padStart(10)
  return `${link.padEnd(7)} ${what.padEnd(38)} ops ${number(ops)}   ssh -D ${number(ssh)}   ratio ${ratio.toFixed(2)}`
}

async function startOps(host: Host, config: string, home: string): Promise<Contestant> {
  const port = await freePort()
  const child = spawn(
    process.execPath,
    [join(root, 'dist/cli.js'), 'socks', host.name, '-F', config, '--port', String(port)],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH, HOME: home } },
  )
  await once(child.stdout, 'data')
  return { name: 'ops', port, child }
}

async function startSsh(host: Host, config: string): Promise<Contestant> {
  const port = await freePort()
  const child = spawn('ssh', ['-F', config, '-N', '-D', `127.0.0.1:${port}`, host.name], { stdio: 'ignore' })
  while ((await throughProxy(port, '127.0.0.1', farPort).catch(() => undefined)) === undefined) {
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return { name: 'ssh', port, child }
}

function download(port: number, bytes: number): Promise<number> {
  return curl(port, '%{speed_download}', [`http://127.0.0.1:${farPort}/${bytes}`])
}

async function upload(port: number, bytes: number): Promise<number> {
  const size = `exec head -c ${bytes} /dev/zero | exec "$@"`
  const url = `http://127.0.0.1:${farPort}/`
  const words = ['curl', ...curlWords(port, '%{speed_upload}'), '-T', '-', '-H', 'Expect:', url]
  return Number(await output('sh', ['-c', size, 'sh', ...words])) / 1e6
}

async function curl(port: number, format: string, rest: readonly string[]): Promise<number> {
  return Number(await output('curl', [...curlWords(port, format), ...rest])) / 1e6
}

function curlWords(port: number, format: string): readonly string[] {
  return [
    '-q',
    '-sS',
    '-o',
    '/dev/null',
    '-w',
    format,
    '--socks5-hostname',
    `127.0.0.1:${port}`,
    '--noproxy',
    '',
  ]
}

async function together(count: number, measure: () => Promise<number>): Promise<number> {
  const speeds = await Promise.all(Array.from({ length: count }, measure))
  return speeds.reduce((sum, speed) => sum + speed, 0)
}

async function setUps(port: number, count: number): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const before = performance.now()
    const { socket } = await throughProxy(port, '127.0.0.1', farPort)
    times.push(performance.now() - before)
    socket.destroy()
  }
  return median(times)
}

async function setUpTogether(port: number, count: number): Promise<number> {
  const before = performance.now()
  const streams = await Promise.all(
    Array.from({ length: count }, () => throughProxy(port, '127.0.0.1', farPort)),
  )
  const tookMs = performance.now() - before
  for (const { socket } of streams) socket.destroy()
  const failed = streams.filter(({ code }) => code !== 0).length
  if (failed > 0) throw new Error(`${failed} of ${count} connections were not set up`)
  return tookMs
}

function output(program: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, words, (error, stdout) => (error ? reject(error) : resolve(stdout)))
  })
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
