import { describe, expect, test } from 'vitest'
import { liveLines } from '../../src/report/live-lines.ts'
import { widthOf } from '../../src/report/printable.ts'
import { RunningSteps } from '../../src/report/running-steps.ts'
import { plainStyle } from '../../src/report/style.ts'
import type { RunEvent } from '../../src/run/events.ts'

function running(events: readonly RunEvent[], elapsedMs: number): RunningSteps {
  let now = 0
  const steps = new RunningSteps(() => now)
  for (const event of events) steps.hear(event)
  now = elapsedMs
  return steps
}

const hosts = (count: number): string[] => Array.from({ length: count }, (_, index) => `web${index + 1}`)

const atWork = (host: string): RunEvent[] => [
  { event: 'connected', host, backend: 'ssh2', milliseconds: 3 },
  { event: 'step', host, step: 'apt nginx', status: 'running' },
  { event: 'output', host, stream: 'stderr', text: 'Reading lists\nUnpacking 服务器 \x1b[31mnginx ...\n' },
]

describe('the live region', () => {
  test('shows the running step, its time and the last line of its output', () => {
    const steps = running(
      [
        { event: 'run', verb: 'apply', hosts: ['web1', 'db'], version: '1' },
        {
          event: 'plan',
          host: 'web1',
          errors: [],
          steps: [{ name: 'apt nginx', status: 'change', changes: [], because: [], notes: [] }],
        },
        ...atWork('web1'),
      ],
      65_000,
    )
    const lines = liveLines(steps, { columns: 80, rows: 24, style: plainStyle })
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      web1  [1/1] apt nginx  1 min 5 s  Unpacking 服务器 \\x1b[31mnginx ...
      0 of 2 hosts done · 1 connecting or waiting · 1 min 5 s
      "
    `)
  })

  test.each([
    [20, 10, 30],
    [80, 4, 50],
    [200, 50, 500],
  ])('never exceeds a terminal of %i columns and %i rows with %i hosts', (columns, rows, count) => {
    const names = hosts(count)
    const steps = running(
      [{ event: 'run', verb: 'apply', hosts: names, version: '1' }, ...names.flatMap(atWork)],
      1000,
    )
    const lines = liveLines(steps, { columns, rows, style: plainStyle })
    expect(lines.length).toBeLessThan(rows)
    for (const line of lines) expect(widthOf(line)).toBeLessThan(columns)
  })

  test('is empty when no host is at work any more', () => {
    const summary = { ok: 1, changed: 0, failed: 0, skipped: 0, status: 'ok' } as const
    const steps = running(
      [
        { event: 'run', verb: 'apply', hosts: ['web1'], version: '1' },
        ...atWork('web1'),
        { event: 'host', host: 'web1', summary, trips: 1 },
      ],
      1000,
    )
    expect(liveLines(steps, { columns: 80, rows: 24, style: plainStyle })).toEqual([])
  })
})
