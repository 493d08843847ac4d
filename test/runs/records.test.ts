import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hostsToUndo } from '../../src/cli/history/hosts-to-undo.ts'
import { RunRecorder } from '../../src/cli/history/run-recorder.ts'
import { storedRuns } from '../../src/cli/history/stored-runs.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { newRunName } from '../../src/run/run-id.ts'

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
})
