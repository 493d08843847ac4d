import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hostsToUndo } from '../../../src/cli/history/hosts-to-undo.ts'
import { RunRecorder } from '../../../src/cli/history/run-recorder.ts'
import { runsFolder, storedRuns } from '../../../src/cli/history/stored-runs.ts'
import { readRecord } from '../../../src/engine/record/read-record.ts'
import type { RunEvent } from '../../../src/run/events.ts'
import type { HostStatus } from '../../../src/run/host-status.ts'
import { newRunName } from '../../../src/run/run-id.ts'
import { smallDisk } from '../../full-disk.ts'

const hosts = ['web1', 'web2', 'web3']

function begun(): RunRecorder {
  const recorder = new RunRecorder({ ...newRunName(), purpose: 'apply web', params: {} })
  recorder.take({ event: 'run', verb: 'apply', hosts, version: '0' })
  return recorder
}

function step(host: string, status: 'running' | 'changed' | 'ok'): RunEvent {
  return { event: 'step', host, step: 'file /etc/a', status }
}

describe('the record of this machine', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ops-records-'))
    vi.stubEnv('XDG_STATE_HOME', folder)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  test('names every host on which a killed run has begun a step, and an undo asks the others too', () => {
    const recorder = begun()
    recorder.take(step('web1', 'running'))
    recorder.take(step('web1', 'changed'))
    recorder.take(step('web2', 'running'))
    const [run] = storedRuns(1)
    expect(run?.endedAt).toBeUndefined()
    expect(run && hostsToUndo(run)).toEqual({ begun: ['web1', 'web2'], unknown: ['web3'] })
  })

  test.skipIf(process.getuid?.() !== 0)(
    'says of a run whose end does not fit on the disk that its end is unknown, and leaves nothing half',
    () => {
      const disk = smallDisk(join(folder, 'ops'), 64)
      try {
        const recorder = begun()
        recorder.take(step('web1', 'running'))
        disk.fill()
        recorder.take(step('web1', 'changed'))
        recorder.end()
        expect(recorder.problem).toMatch(
          /^How this run ended is not written down on this machine, and `ops history` shows it as cut off: ENOSPC/,
        )
        expect(storedRuns(9).map(run => run.endedAt)).toEqual([undefined])
        expect(readdirSync(runsFolder()).filter(name => !name.endsWith('.json'))).toEqual([])
      } finally {
        disk.remove()
      }
    },
  )

  test.skipIf(process.getuid?.() !== 0)('leaves out its diffs where only they do not fit on the disk', () => {
    const disk = smallDisk(join(folder, 'ops'), 16)
    try {
      const recorder = begun()
      const steps = [
        { name: 'file /etc/a', status: 'change' as const, changes: [], diff: 'x'.repeat(19_000) },
      ]
      recorder.take({ event: 'plan', host: 'web1', steps } as unknown as RunEvent)
      recorder.take(step('web1', 'running'))
      recorder.take(step('web1', 'changed'))
      recorder.end()
      expect(recorder.problem).toBe(
        'The diffs of this run are not written down on this machine: there is too little room.',
      )
      expect(storedRuns(9)[0]?.endedAt).toBeDefined()
      expect(storedRuns(9)[0]?.hosts[0]?.steps).toMatchObject([{ status: 'changed' }])
    } finally {
      disk.remove()
    }
  })

  test('is of runs that changed something or failed', () => {
    const ended = (status: HostStatus, ...events: readonly RunEvent[]) => {
      const recorder = begun()
      for (const event of events) recorder.take(event)
      const summary = { ok: 1, changed: 0, failed: 0, skipped: 0, status }
      for (const host of hosts) recorder.take({ event: 'host', host, summary, trips: 1 })
      recorder.end()
      return storedRuns(9).length
    }
    expect(ended('ok', step('web1', 'ok'))).toBe(0)
    // Declined.
    expect(ended('drift')).toBe(0)
    expect(ended('unreachable')).toBe(1)
    expect(ended('ok', step('web1', 'running'), step('web1', 'changed'))).toBe(2)
  })

  test('tells no change of a step that failed before it changed anything', () => {
    const changes = [{ key: 'now', from: '60', to: '10' }]
    const changesOf = (changed: 'no' | 'unknown') => {
      const recorder = begun()
      const steps = [{ name: 'file /etc/a', status: 'change' as const, changes }]
      recorder.take({ event: 'plan', host: 'web1', steps } as unknown as RunEvent)
      recorder.take(step('web1', 'running'))
      recorder.take({ event: 'step', host: 'web1', step: 'file /etc/a', status: 'failed' } as RunEvent)
      const error = { code: 'failed' as const, title: 'no', host: 'web1', step: 'file /etc/a', changed }
      recorder.take({ event: 'error', host: 'web1', error })
      recorder.end()
      return storedRuns(1)[0]?.hosts.find(each => each.host === 'web1')?.steps[0]?.changes
    }
    expect(changesOf('unknown')).toEqual([['now', '60', '10']])
    expect(changesOf('no')).toEqual([])
  })

  test('drops what a killed writer has left, and leaves alone what is being written', () => {
    mkdirSync(runsFolder(), { recursive: true })
    const [old, fresh] = ['1', '2'].map(name => join(runsFolder(), `20260101T000000Z-${name}.json.part`))
    if (old === undefined || fresh === undefined) throw new Error('two names')
    for (const path of [old, fresh]) writeFileSync(path, '{')
    utimesSync(old, 0, 0)
    const recorder = begun()
    recorder.take(step('web1', 'running'))
    recorder.end()
    expect([existsSync(old), existsSync(fresh)]).toEqual([false, true])
  })
})

describe('the record of a host', () => {
  const head = { format: 1, ...newRunName(), who: 'a', purpose: 'b', params: {} }

  test('says nothing to the terminal', () => {
    expect(readRecord(JSON.stringify(head))?.run).toBe(head.run)
    for (const odd of [{ run: '\x1b]0;x\x07' }, { startedAt: '2026-\x1b[2J' }])
      expect(readRecord(JSON.stringify({ ...head, ...odd }))).toBeUndefined()
  })

  test('has the sum of a file whose name has a backslash', () => {
    const path = '/etc/a\\b'
    const sha256 = 'a'.repeat(64)
    const lines = [
      JSON.stringify(head),
      'run 0',
      `was\tabsent\t${path}`,
      'done 0 end 0',
      'end done',
      `\\${sha256}  /etc/a\\\\b`,
      `644:root:root:${path}`,
    ]
    expect(readRecord(lines.join('\n'))?.files).toEqual([
      { path, step: 0, before: { kind: 'absent' }, after: { kind: 'file', sha256, mode: '0644' } },
    ])
  })
})
