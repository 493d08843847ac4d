import { describe, expect, test } from 'vitest'
import { Narrator } from '../../src/report/narrator.ts'
import { plainStyle } from '../../src/report/style.ts'
import type { RunEvent } from '../../src/run/events.ts'
import type { HostPlan, PlanStep } from '../../src/run/plan.ts'

const step = (name: string, rest: Partial<PlanStep> = {}): PlanStep => ({
  name,
  status: 'change',
  changes: [{ key: 'state', from: 'absent', to: 'present' }],
  because: [],
  notes: [],
  ...rest,
})

const ok = (name: string): PlanStep => step(name, { status: 'ok', changes: [] })

const plan = (host: string, steps: readonly PlanStep[]): RunEvent => ({
  event: 'plan',
  host,
  steps,
  errors: [],
})

const run = (verb: string, ...hosts: string[]): RunEvent => ({ event: 'run', verb, hosts, version: '0.1.0' })

function told(events: readonly RunEvent[], verbose = false): string {
  const narrator = new Narrator({
    style: plainStyle,
    errorStyle: plainStyle,
    verbose,
    tellsSteps: () => true,
  })
  return `\n${events
    .flatMap(event => narrator.tell(event))
    .map(({ to, text }) => (to === 'error' ? text.replaceAll(/^/gm, '! ') : text))
    .join('\n')}\n`
}

describe('the story of a run', () => {
  test('an apply tells the plan, each change and the outcome', () => {
    const events: RunEvent[] = [
      run('apply', 'web1'),
      { event: 'connected', host: 'web1', backend: 'ssh2', milliseconds: 40 },
      plan('web1', [
        step('apt nginx', { notes: ['brings 4 packages, 1.2 MB'] }),
        step('file /etc/app.conf', {
          changes: [
            { key: 'content', from: 'a'.repeat(64), to: 'b'.repeat(64) },
            { key: 'mode', from: '0600', to: '0644' },
          ],
          diff: '--- /etc/app.conf\n+++ /etc/app.conf\n@@ -1 +1 @@\n-listen 80\n+listen 9000\n',
        }),
        step('service nginx', { status: 'may-change', changes: [], because: ['apt nginx'] }),
        ok('directory /srv/app'),
      ]),
      { event: 'step', host: 'web1', step: 'apt nginx', status: 'running' },
      { event: 'step', host: 'web1', step: 'apt nginx', status: 'changed', milliseconds: 2310 },
      {
        event: 'step',
        host: 'web1',
        step: 'file /etc/app.conf',
        status: 'changed',
        milliseconds: 12,
        kept: ['/etc/app.conf'],
      },
      { event: 'surprise', host: 'web1', step: 'service nginx', because: ['apt nginx'] },
      { event: 'step', host: 'web1', step: 'service nginx', status: 'changed', milliseconds: 320 },
      { event: 'step', host: 'web1', step: 'directory /srv/app', status: 'ok' },
      {
        event: 'summary',
        hosts: { web1: { ok: 1, changed: 3, failed: 0, skipped: 0, status: 'ok' } },
        trips: { web1: 3 },
      },
    ]
    expect(told(events)).toMatchInlineSnapshot(`
      "
      web1: 2 to change, 1 may change, 1 ok
        + apt nginx
            state: absent -> present
            note: brings 4 packages, 1.2 MB
        ~ file /etc/app.conf
            content: aaaaaaaaaaaa… -> bbbbbbbbbbbb…
            mode: 0600 -> 0644
            --- /etc/app.conf
            +++ /etc/app.conf
            @@ -1 +1 @@
            -listen 80
            +listen 9000
        ? service nginx
            may change, because of apt nginx

      web1: changed apt nginx (2.3 s)
      web1: changed file /etc/app.conf (12 ms); old content: ops kept web1 /etc/app.conf
      web1: looks again at service nginx, after apt nginx
      web1: changed service nginx (320 ms)

      changed  web1  3 changed, 1 ok · 3 trips
      "
    `)
  })

  test('hosts with the same plan share one block, and those with the same outcome one line', () => {
    const same = [step('file /etc/a', { changes: [{ key: 'mode', from: '0600', to: '0644' }] })]
    const drift = { ok: 0, changed: 1, failed: 0, skipped: 0, status: 'drift' } as const
    const events: RunEvent[] = [
      run('check', 'web1', 'web2', 'db1'),
      plan('web1', same),
      plan('db1', [ok('file /etc/a')]),
      plan('web2', same),
      {
        event: 'summary',
        hosts: { web1: drift, web2: drift, db1: { ...drift, ok: 1, changed: 0, status: 'ok' } },
        trips: { web1: 1, web2: 1, db1: 1 },
      },
    ]
    expect(told(events)).toMatchInlineSnapshot(`
      "
      web1, web2 (2 hosts with the same plan): 1 to change
        ~ file /etc/a
            mode: 0600 -> 0644

      db1: 1 ok

      as wanted  db1                   1 ok · 1 trip
      drift      web1, web2 (2 hosts)  1 to change · 1 trip
      "
    `)
  })

  test('an error is told like a colleague would, beside the plans of the other hosts', () => {
    const failed = { ok: 0, changed: 1, failed: 1, skipped: 2, status: 'failed' } as const
    const events: RunEvent[] = [
      run('apply', 'web1', 'web2'),
      {
        event: 'error',
        host: 'web2',
        error: {
          code: 'unreachable',
          title: 'nothing answers at 10.0.0.9:22',
          changed: 'no',
          next: 'Check the address, or that the host is up.',
        },
      },
      {
        event: 'host',
        host: 'web2',
        summary: { ok: 0, changed: 0, failed: 0, skipped: 0, status: 'unreachable' },
        trips: 0,
      },
      plan('web1', [step('apt nginx')]),
      {
        event: 'error',
        host: 'web1',
        error: {
          code: 'failed',
          title: 'apt-get ended with exit code 100',
          step: 'apt nginx',
          where: { file: '/srv/recipes/x.ts', line: 12, column: 5 },
          command: 'apt-get install nginx',
          said: 'Reading package lists...\nE: Unable to locate package nginx\x1b[31m',
          changed: 'yes',
          next: 'Run `apt-get update` on the host.',
        },
      },
      {
        event: 'summary',
        hosts: {
          web1: failed,
          web2: { ok: 0, changed: 0, failed: 0, skipped: 0, status: 'unreachable' },
        },
        trips: { web1: 2, web2: 0 },
      },
    ]
    expect(told(events)).toMatchInlineSnapshot(`
      "
      ! error[unreachable] web2: nothing answers at 10.0.0.9:22
      !   changed  no: the host is as it was
      !   next     Check the address, or that the host is up.
      web1: 1 to change
        + apt nginx
            state: absent -> present

      ! error[failed] web1: apt nginx: apt-get ended with exit code 100
      !   at       /srv/recipes/x.ts:12:5
      !   ran      apt-get install nginx
      !   said     Reading package lists...
      !            E: Unable to locate package nginx\\x1b[31m
      !   changed  yes: the host differs from before
      !   next     Run \`apt-get update\` on the host.

      unreachable  web2
      failed       web1  1 changed, 1 failed, 2 not reached · 2 trips
      "
    `)
  })

  test('an error of one host comes behind the plans of all that are told together', () => {
    const wrong = [step('apt none')]
    const error = { code: 'failed', title: 'no package source has none', step: 'apt none' } as const
    const events: RunEvent[] = [
      run('plan', 'web1', 'web2'),
      plan('web2', wrong),
      { event: 'error', host: 'web2', error },
      plan('web1', [step('apt nginx')]),
    ]
    expect(told(events)).toMatchInlineSnapshot(`
      "
      web1: 1 to change
        + apt nginx
            state: absent -> present

      web2: 1 to change
        + apt none
            state: absent -> present

      ! error[failed] web2: apt none: no package source has none
      "
    `)
  })

  test('host keys that are not known are shown in one table', () => {
    const unknownKey = (host: string, detail: string): RunEvent => ({
      event: 'error',
      host,
      error: {
        code: 'host-key',
        title: `the host key of ${host} is not known`,
        detail: `It shows the ${detail}, and no known_hosts file names ${host}.`,
        changed: 'no',
        next: 'Compare the fingerprints, then run again with --accept-new.',
      },
    })
    const events: RunEvent[] = [
      run('plan', 'web1', 'database2'),
      unknownKey('web1', 'ssh-ed25519 key SHA256:abc+/x'),
      unknownKey('database2', 'ecdsa-sha2-nistp256 key SHA256:def'),
      { event: 'summary', hosts: {}, trips: {} },
    ]
    expect(told(events)).toMatchInlineSnapshot(`
      "
      ! error[host-key] the keys of 2 hosts are not known; nothing was sent to them
      !   web1       ssh-ed25519          SHA256:abc+/x
      !   database2  ecdsa-sha2-nistp256  SHA256:def
      !   next  Compare the fingerprints, then run again with --accept-new.

      "
    `)
  })

  test('output of a command is told by whole lines with the host in front', () => {
    const output = (host: string, text: string, stream: 'stdout' | 'stderr' = 'stdout'): RunEvent => ({
      event: 'output',
      host,
      stream,
      text,
    })
    const done = { ok: 1, changed: 0, failed: 0, skipped: 0, status: 'ok' } as const
    const events: RunEvent[] = [
      run('run', 'web1', 'web2'),
      output('web1', 'one\ntw'),
      output('web2', 'warning: \x1b]0;title\x07\n', 'stderr'),
      output('web1', 'o\n 10%\r 90%\r100%\nlast'),
      { event: 'host', host: 'web1', summary: done, trips: 1 },
      { event: 'summary', hosts: { web1: done, web2: done }, trips: { web1: 1, web2: 1 } },
    ]
    expect(told(events)).toMatchInlineSnapshot(`
      "
      web1 | one
      ! web2 | warning: \\x1b]0;title\\x07
      web1 | two
      web1 | 100%
      web1 | last
      done  web1, web2 (2 hosts)  1 trip
      "
    `)
  })

  test('names with control characters cannot move the cursor', () => {
    const events: RunEvent[] = [
      run('plan', 'we\x1b[2Jb'),
      plan('we\x1b[2Jb', [
        step('file /etc/\x1b[1A\u202e', {
          changes: [{ key: 'to', from: 'a\nb', to: '\u0007' }],
          diff: '+\x1b]52;c;aGk=\x07\n',
          notes: ['\x9b2J'],
        }),
      ]),
    ]
    const text = told(events)
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(text).toMatchInlineSnapshot(`
      "
      we\\x1b[2Jb: 1 to change
        ~ file /etc/\\x1b[1A\\u202e
            to: a\\nb -> \\x07
            +\\x1b]52;c;aGk=\\x07
            note: \\x9b2J

      "
    `)
  })

  test('steps that are ok are listed only when more is asked for', () => {
    const plans: HostPlan = { host: 'web1', steps: [ok('file /etc/a')], errors: [] }
    const events: RunEvent[] = [run('plan', 'web1'), { event: 'plan', ...plans }]
    expect(told(events)).not.toContain('/etc/a')
    expect(told(events, true)).toContain('/etc/a')
  })
})
