import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { HtmlReport } from '../../src/report/html-report.ts'
import type { HostSummary, RunEvent } from '../../src/run/events.ts'
import type { PlanStep } from '../../src/run/plan.ts'
import { testWith } from '../needs.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ops-page-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The page of these events; what was there before is a page, too. */
function pageOf(events: readonly RunEvent[]): { readonly file: string; readonly text: string } {
  const file = join(mkdtempSync(join(folder, 'page-')), 'run.html')
  const report = new HtmlReport(file)
  for (const event of events) report.emit(event)
  expect(report.write()).toBeUndefined()
  return { file, text: readFileSync(file, 'utf8') }
}

const step = (name: string, rest: Partial<PlanStep> = {}): PlanStep => ({
  name,
  status: 'ok',
  changes: [],
  because: [],
  notes: [],
  ...rest,
})

const summary = (rest: Partial<HostSummary> = {}): HostSummary => ({
  ok: 0,
  changed: 0,
  failed: 0,
  skipped: 0,
  status: 'ok',
  ...rest,
})

/** A run of so many hosts and steps, each tenth of which changes a file; one host fails. */
function largeRun(hosts: number, steps: number): readonly RunEvent[] {
  const names = Array.from({ length: hosts }, (_, at) => `web${at}`)
  const plan = Array.from({ length: steps }, (_, at) =>
    at % 10 === 0
      ? step(`file /etc/app/${at}.conf`, {
          status: 'change',
          changes: [{ key: 'mode', from: '0600', to: '0644' }],
          diff: `--- now\n+++ planned\n@@ -1 +1 @@\n-old ${at}\n+new ${at}\n`,
        })
      : step(`package p${at}`),
  )
  const error = {
    code: 'failed',
    title: 'the disk is full',
    step: 'file /etc/app/0.conf',
    said: 'No space left',
  } as const
  return [
    { event: 'run', verb: 'apply', recipe: 'web', run: '3f9a1c20', hosts: names, version: '0' },
    ...names.flatMap((host, at): readonly RunEvent[] => [
      { event: 'connected', host, backend: 'ssh2', milliseconds: 5 },
      { event: 'plan', host, steps: plan, errors: [] },
      ...(at === 7
        ? ([
            { event: 'step', host, step: 'file /etc/app/0.conf', status: 'failed', milliseconds: 3 },
            { event: 'error', host, error },
          ] as const)
        : plan
            .filter(({ status }) => status === 'change')
            .map(
              ({ name }): RunEvent => ({
                event: 'step',
                host,
                step: name,
                status: 'changed',
                milliseconds: 2,
              }),
            )),
      {
        event: 'spent',
        host,
        milliseconds: { link: 20 + at, look: 30, plan: 4, act: 60, sync: 10, proof: 15 },
      },
      {
        event: 'host',
        host,
        trips: 2,
        summary:
          at === 7
            ? summary({ failed: 1, status: 'failed' })
            : summary({ changed: steps / 10, ok: steps * 0.9 }),
      },
    ]),
    { event: 'summary', hosts: {}, trips: {} },
  ]
}

/** What Chromium makes of a page, and what it complains about. */
async function shown(file: string, ...flags: readonly string[]) {
  const profile = mkdtempSync(join(tmpdir(), 'ops-chromium-'))
  onTestFinished(() => rmSync(profile, { recursive: true, force: true }))
  const { stdout, stderr } = await promisify(execFile)(
    'chromium',
    [
      ...[
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        `--user-data-dir=${profile}`,
      ],
      ...['--enable-logging=stderr', '--dump-dom', ...flags, `file://${file}`],
    ],
    { maxBuffer: 1 << 27, env: { ...process.env, HOME: profile } },
  )
  return { dom: stdout, said: stderr.split('\n').filter(line => line.includes(':CONSOLE')) }
}

describe('the page of a run', () => {
  test('is one file that asks nobody for anything, for its owner alone', () => {
    const { file, text } = pageOf(largeRun(2, 10))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(file, '..'))).toEqual(['run.html'])
    expect(text).toContain(`http-equiv="Content-Security-Policy" content="default-src 'none'`)
    const leadingOut = [...text.matchAll(/(?:src|href|action)="([^"]*)"|url\(|@import/g)].map(([, to]) => to)
    expect(leadingOut.filter(to => to === undefined || !/^(?:#|data:,$)/.test(to))).toEqual([])
  })

  test('replaces a page that was there as a whole, whatever its mode was', () => {
    const file = join(mkdtempSync(join(folder, 'again-')), 'run.html')
    writeFileSync(file, 'old', { mode: 0o666 })
    expect(new HtmlReport(file).write()).toBeUndefined()
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('says why it cannot be written, and leaves nothing behind', () => {
    expect(new HtmlReport(join(folder, 'nowhere', 'run.html')).write()).toMatch(/ENOENT/)
  })

  test('says of a run that was cut off that it was', () => {
    const whole = largeRun(1, 10)
    expect(pageOf(whole.slice(0, 4)).text).toMatch(/cut off[\s\S]*begun|end unknown/)
    expect(pageOf(whole).text).not.toContain('cut off')
  })

  test('tells an equal error once, and two of one title at two places both', () => {
    const at = (line: number, detail = 'one') =>
      ({ code: 'input', title: 'it names no hosts', detail, where: { file: '/site.ts', line } }) as const
    const { text } = pageOf(
      [at(3), at(3), at(5), at(5, 'two')].map((error): RunEvent => ({ event: 'error', error })),
    )
    expect(text.match(/it names no hosts/g)).toHaveLength(3)
  })

  test('tells an equal diff once, and leads to it from the other hosts', () => {
    const { text } = pageOf(largeRun(3, 20))
    expect(text.match(/\+new 10</g)).toHaveLength(1)
    expect(text.match(/<a href="#diff-2">the same diff as on web0<\/a>/g)).toHaveLength(2)
  })

  test('keeps what was to change where a later look finds it done', () => {
    const planned = step('file /etc/a', {
      status: 'change',
      changes: [{ key: 'mode', from: '0600', to: '0640' }],
    })
    const { text } = pageOf([
      { event: 'run', verb: 'apply', hosts: ['web1'], version: '0' },
      { event: 'plan', host: 'web1', steps: [planned], errors: [] },
      { event: 'step', host: 'web1', step: 'file /etc/a', status: 'changed' },
      { event: 'plan', host: 'web1', steps: [step('file /etc/a')], errors: [] },
      { event: 'summary', hosts: { web1: summary({ changed: 1 }) }, trips: {} },
    ])
    expect(text).toContain('<del>0600</del> \u2192 <ins>0640</ins>')
  })

  testWith('chromium')('takes hostile names as text: nothing of them runs or is asked for', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end()
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const hostile = [
      '<script>document.title = "owned"</script>',
      `<img src="http://127.0.0.1:${port}/img" onerror="document.title = 'owned'">`,
      `"><svg onload="fetch('http://127.0.0.1:${port}/svg')">`,
      '</code></li></details><style>@import "http://127.0.0.1:1"</style>',
      '\u202egnp.exe \u001b[31m',
    ]
    const title = `${hostile[0]} failed`
    const { file } = pageOf([
      { event: 'run', verb: 'apply', recipe: hostile[0] ?? '', hosts: hostile, version: '0' },
      ...hostile.flatMap((name): readonly RunEvent[] => [
        { event: 'note', host: name, text: name },
        {
          event: 'plan',
          host: name,
          errors: [],
          steps: [
            step(name, {
              status: 'change',
              changes: [{ key: name, from: name, to: name }],
              because: [name],
              notes: [name],
              diff: `-${name}\n+${name}\n`,
              where: { file: name, line: 1 },
            }),
          ],
        },
        {
          event: 'error',
          host: name,
          error: { code: 'failed', title, said: name, next: name, command: name },
        },
      ]),
      { event: 'summary', hosts: {}, trips: {} },
    ])
    const { dom, said } = await shown(file)
    expect(said).toEqual([])
    expect(asked).toEqual([])
    expect(dom).not.toContain('<title>owned')
    expect(dom.match(/<script|<img|<svg onload|<style/g)).toEqual(['<style', '<script'])
    expect(dom.match(/<details class="host/g)).toHaveLength(hostile.length)
    expect(dom).toContain('\\u202egnp.exe \\x1b[31m')
  })

  testWith('chromium')(
    'shows two hundred hosts of a hundred steps, filters them, and complains of nothing',
    async () => {
      const { file, text } = pageOf(largeRun(200, 100))
      expect(text.length).toBeLessThan(12_000_000)
      // What a person does, as Chromium does it when the page is there: the page itself would run none of it.
      const pressed = `<script>document.querySelector('button.bad').click(); const step = document.getElementById('step'); step.value = '0.CONF'; step.dispatchEvent(new Event('input'))</script></body>`
      const filtered = `${file}.filtered.html`
      writeFileSync(
        filtered,
        text
          .replace('</body>', pressed)
          .replace(/script-src &#39;sha256-[^&]*&#39;/, "script-src 'unsafe-inline'"),
      )
      const { dom, said } = await shown(filtered)
      expect(said).toEqual([])
      expect(dom.match(/<details class="host/g)).toHaveLength(200)
      expect(dom.match(/<li class="(?:told|quiet)/g)).toHaveLength(20_000)
      expect(dom).toContain('<b>199</b> changed')
      expect(dom).toContain('<form role="search">')
      const left = [...dom.matchAll(/<details class="host[^"]*" data-host="([^"]*)"(?![^>]* hidden)/g)]
      expect(left.map(([, host]) => host)).toEqual(['web7'])
      const [, ofWeb7 = ''] = /data-host="web7"([\s\S]*?)<\/ol>/.exec(dom) ?? []
      expect(ofWeb7.match(/<li class="[^"]*">/g)).toHaveLength(10)
    },
  )
})
