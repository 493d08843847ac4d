import { describe, expect, test } from 'vitest'
import { recordInFull } from '../../../src/cli/history/of-host.ts'
import { readRecord } from '../../../src/engine/record/read-record.ts'

const head = {
  format: 1,
  run: '3f9a1c20',
  startedAt: '2026-11-29T08:00:00.000Z',
  who: 'me@here (pid 7)',
  purpose: 'apply web',
  params: {},
}
const step = (name: string, rest: object = {}) => ({
  name,
  type: name.split(' ')[0],
  changes: [],
  back: 'files',
  ...rest,
})

/** A record as a host has written it down. */
function recordOf(...lines: readonly (string | object)[]) {
  const text = lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  const record = readRecord(`${JSON.stringify(head)}\n${text}\n`)
  if (!record) throw new Error('not read')
  return record
}

describe('the record of a host', () => {
  test('names of what was done as one act each step with the files that it is about', () => {
    const steps = { 0: step('file /etc/a'), 1: step('option /etc/b [x] key'), 2: step('file /etc/c') }
    const { files } = recordOf(
      { steps },
      'run 0 1 2',
      'was\tabsent\t/etc/c',
      'was\t/var/lib/ops/kept/r/etc/b\t/etc/b',
      'was\tabsent\t/etc/a',
      'was\tabsent\t/etc/elsewhere',
      'done 0 end 0 1 2',
      'end done',
    )
    expect(Object.fromEntries(files.map(({ path, step }) => [path, step]))).toEqual({
      '/etc/c': 2,
      '/etc/b': 1,
      '/etc/a': 0,
      '/etc/elsewhere': 0,
    })
  })

  test('knows steps of parts by what they are about', () => {
    const part = (name: string) => step(name, { type: 'file' })
    const steps = {
      0: part('nginx: file /etc/a'),
      1: part('nginx 2/tls: file /etc/b'),
      2: part('file 2: file /etc/c'),
      3: part('file /etc/d: file /etc/e'),
    }
    const paths = ['/etc/c', '/etc/b', '/etc/d: file /etc/e', '/etc/a']
    const { files } = recordOf({ steps }, 'run 0 1 2 3', ...paths.map(path => `was\tabsent\t${path}`))
    expect(files.map(each => each.step)).toEqual([2, 1, 3, 0])
  })

  test('takes the word of a service that it has put everything back, and of nobody who does not mean it', () => {
    const outcome = (rest: object, code: number) => {
      const record = recordOf(
        { steps: { 3: step('service app', rest) } },
        'run 3',
        `done ${code} end 3`,
        'end failed',
      )
      return [record.steps[0]?.outcome, recordInFull(record, 'web1').hosts[0]?.status]
    }
    expect(outcome({ takesBack: true }, 97)).toEqual(['reverted', 'reverted'])
    expect(outcome({ takesBack: true }, 96)).toEqual(['failed', 'failed'])
    expect(outcome({}, 97)).toEqual(['failed', 'failed'])
  })

  test('of a step that says it refused tells no change, and of one that was ended that the run was interrupted', () => {
    const told = (rest: object, code: number, end: string) => {
      const given = { changes: [['now', '60', '10']], ...rest }
      const record = recordOf(
        { steps: { 3: step('sysctl vm.swappiness', given) } },
        'run 3',
        `done ${code} end 3`,
        end,
      )
      const [host] = recordInFull(record, 'web1').hosts
      return [host?.status, host?.steps[0]?.status, host?.steps[0]?.changes.length]
    }
    expect(told({ refuses: true }, 98, 'end failed')).toEqual(['failed', 'failed', 0])
    expect(told({}, 98, 'end failed')).toEqual(['failed', 'failed', 1])
    expect(told({ refuses: true }, 1, 'end failed')).toEqual(['failed', 'failed', 1])
    expect(told({ refuses: true }, 143, 'end stopped')).toEqual(['interrupted', 'failed', 1])
  })

  test('knows a service as it was before the login that it had to wait for', () => {
    const came = step('service app', { changes: [['state', 'absent', 'active']], back: { cannot: 'first' } })
    const runs = step('service app', { changes: [['enabled', 'no', 'yes']], back: { cannot: 'second' } })
    const { steps } = recordOf(
      { steps: { 0: step('file /etc/sudoers.d/x'), 1: came } },
      'run 0',
      'done 0 end 0',
      'end paused',
      { steps: { 1: runs } },
      'run 1',
      'done 0 end 1',
      'end done',
    )
    expect(steps.map(({ name, back }) => [name, back])).toEqual([
      ['file /etc/sudoers.d/x', 'files'],
      ['service app', { cannot: 'first' }],
    ])
  })
})
