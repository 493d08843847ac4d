import { describe, expect, test } from 'vitest'
import { planText } from '../../src/report/plan-text.ts'
import { plainStyle } from '../../src/report/style.ts'
import type { PlanStep } from '../../src/run/plan.ts'

const step = (name: string, rest: Partial<PlanStep> = {}): PlanStep => ({
  name,
  status: 'may-change',
  changes: [],
  because: [],
  notes: [],
  ...rest,
})

const textOf = (steps: readonly PlanStep[], options: { verbose?: boolean; fullDiff?: boolean } = {}) =>
  planText([{ host: 'web1', steps, errors: [] }], { style: plainStyle, verbose: false, ...options })

describe('a plan says nothing twice', () => {
  const apt = `apt ${Array.from({ length: 20 }, (_, at) => `package-${at}`).join(' ')}`
  const note = 'the package lists are empty'

  test('the step that others hang on is named once, and briefly', () => {
    expect(
      textOf([
        step('service a', { because: [apt] }),
        step('service b', { because: [apt] }),
        step('service c', { because: ['file /etc/c'] }),
        step('service d', { because: [apt] }),
      ]),
    ).toMatchInlineSnapshot(`
      "web1: 4 may change
        ? service a
            may change, because of apt package-0 package-1 package…
        ? service b
            may change, as above
        ? service c
            may change, because of file /etc/c
        ? service d
            may change, because of apt package-0 package-1 package…"
    `)
  })

  test('a note stands at the first step that it is about; what can cut our own access is marked at each', () => {
    const access = 'can cut our own access (sshd): the host takes it back'
    const text = textOf([
      step('apt a', { notes: [note] }),
      step('apt b', { notes: [note, access] }),
      step('apt c', { notes: [access] }),
    ])
    expect(text.match(/package lists/g)).toHaveLength(1)
    expect(text.match(/can cut/g)).toHaveLength(2)
  })
})

describe('a long diff', () => {
  const lines = Array.from({ length: 500 }, (_, at) => (at % 2 ? `+new ${at}` : `-old ${at}`))
  const steps = [
    step('file /etc/a', {
      status: 'change',
      diff: `--- a\n+++ b\n@@ -1,250 +1,250 @@\n${lines.join('\n')}\n`,
    }),
  ]

  test('is cut, and says how to see it whole', () => {
    const text = textOf(steps)
    expect(text.split('\n')).toHaveLength(43)
    expect(text).toMatch(/… 463 more lines \(232 new, 231 gone\): --full-diff shows all$/)
  })

  test('and so is a long value', () => {
    const to = 'rule '.repeat(40).trim()
    const long = [step('firewall deny', { status: 'change', changes: [{ key: 'rules', from: 'none', to }] })]
    expect(textOf(long)).toMatch(/rules: none -> (?:rule ){14}r…$/)
    expect(textOf(long, { verbose: true })).toContain(to)
  })

  test.each([{ fullDiff: true }, { verbose: true }])('is whole with %o', options => {
    expect(textOf(steps, options)).toContain('+new 499')
  })
})

describe('a step that cannot be done', () => {
  test('is told as such, and counts as failed in the order of the summary', () => {
    const changes = [{ key: 'state', from: 'refused', to: 'present' }]
    expect(
      textOf([
        step('file /a', { status: 'change', stuck: 'refused', changes, diff: '+a\n' }),
        step('file /b', { status: 'ok', stuck: 'refused' }),
        step('service c', { because: ['file /a'] }),
        step('port 80', {
          status: 'change',
          stuck: 'unmet',
          changes: [{ key: 'open', from: false, to: true }],
        }),
        step('file /d', { status: 'ok' }),
      ]),
    ).toMatchInlineSnapshot(`
      "web1: 1 may change, 3 failed, 1 ok
        ! file /a
            refused: the error says why
        ! file /b
            refused: the error says why
        ? service c
            may change, because of file /a
        ! port 80
            open: false -> true"
    `)
  })
})
