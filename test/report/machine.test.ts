import { describe, expect, test } from 'vitest'
import { masker, Secret } from '../../src/base/secret.ts'
import { masked } from '../../src/report/mask.ts'
import { jsonLine, ndjsonReport } from '../../src/report/ndjson-report.ts'
import type { Screen } from '../../src/report/screen.ts'
import { colourStyle, plainStyle, styleFor } from '../../src/report/style.ts'
import type { RunEvent } from '../../src/run/events.ts'

describe('NDJSON', () => {
  test('the summary has the documented shape', () => {
    const event: RunEvent = {
      event: 'summary',
      hosts: { web1: { ok: 1, changed: 2, failed: 0, skipped: 0, status: 'ok' } },
      trips: { web1: 2 },
    }
    expect(jsonLine(event)).toBe(
      '{"event":"summary","hosts":{"web1":{"ok":1,"changed":2,"failed":0,"skipped":0,"status":"ok"}},"trips":{"web1":2}}\n',
    )
  })

  test('no character that acts on a terminal is written raw, and the value survives', () => {
    const text = 'a\x1b[2J\x9b1A\x7f\u2028\u202eb\n'
    const line = jsonLine({ event: 'note', host: 'web1', text })
    expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/)
    expect(JSON.parse(line).text).toBe(text)
  })

  test('input errors end with an empty summary', () => {
    const lines: string[] = []
    const screen: Screen = {
      out: text => lines.push(text),
      error: () => expect.unreachable(),
      drained: () => undefined,
      isTerminal: false,
      columns: () => 80,
      rows: () => 24,
      style: plainStyle,
      errorStyle: plainStyle,
    }
    ndjsonReport(screen).refuse([{ code: 'input', title: 'no such recipe' }])
    expect(lines.map(line => JSON.parse(line))).toEqual([
      { event: 'error', error: { code: 'input', title: 'no such recipe' } },
      { event: 'summary', hosts: {}, trips: {} },
    ])
  })
})

describe('secrets', () => {
  test('that are words of ops leave its own words as they are, and are masked in all other text', () => {
    const words = ['changed', 'failed', 'step', 'event', 'file', 'web1', 'ok', 'secret']
    const event: RunEvent[] = [
      { event: 'step', host: 'web1', step: 'file /etc/file', status: 'changed' },
      {
        event: 'summary',
        hosts: { web1: { ok: 1, changed: 1, failed: 0, skipped: 0, status: 'failed' } },
        trips: {},
      },
      {
        event: 'error',
        host: 'web1',
        error: { code: 'failed', title: 'it failed', said: 'ok, but not okay', changed: 'no' },
      },
    ]
    expect(masked(event, new Set(words))).toEqual([
      { event: 'step', host: 'web1', step: 'file /etc/[secret]', status: 'changed' },
      event[1],
      {
        event: 'error',
        host: 'web1',
        error: { code: 'failed', title: 'it [secret]', said: '[secret], but not okay', changed: 'no' },
      },
    ])
  })

  test.each([
    ['a part of a word', ['hunter2'], 'xhunter2x', 'x[secret]x'],
    [
      'a short one only as a word of its own',
      ['123'],
      '123, 1234, a123, (123)',
      '[secret], 1234, a123, ([secret])',
    ],
    ['one inside another', ['abcd', 'abcdef'], 'abcdef abcd', '[secret] [secret]'],
    ['one that looks like its mask', ['secret', '[secret]'], 'a secret [secret]', 'a [secret] [secret]'],
    ['each line of several', ['first line\n}\nlast line\n'], 'say "last line" }', 'say "[secret]" }'],
    ['signs that mean something in a pattern', ['a.b*c$(d)'], 'a.b*c$(d) axbc', '[secret] axbc'],
    ['none at all', ['', '\n'], 'nothing \n here', 'nothing \n here'],
  ])('%s', (_what, secrets, text, expected) => {
    expect(masked({ text }, new Set(secrets))).toEqual({ text: expected })
    expect(masker(secrets)(expected)).toBe(expected)
  })

  test.each([
    ['a hundred kilobytes in one line', 'z'.repeat(100_000)],
    [
      'twenty thousand lines',
      Array.from({ length: 20_000 }, (_, index) => `line ${index * 7919}`).join('\n'),
    ],
  ])('of %s are masked, whole and in lines', (_size, secret) => {
    const hide = masker([secret, 'word', 'secret'])
    expect(hide(`it is ${secret}, a word`)).toBe('it is [secret], a [secret]')
    const [line = ''] = secret.split('\n').slice(-1)
    expect(hide(`<${line}>`)).toBe('<[secret]>')
    expect(hide('[secret]')).toBe('[secret]')
  })

  test('a known secret is masked wherever it turns up, and a Secret prints as its mask', () => {
    const event = {
      event: 'note',
      host: 'web1',
      text: 'password is hunter2hunter2, or hunter2',
      extra: [{ deep: 'xhunter2' }, new Secret('hunter2')],
    }
    const safe = JSON.stringify(masked(event, new Set(['hunter2', 'hunter2hunter2'])))
    expect(safe).toBe(
      '{"event":"note","host":"web1","text":"password is [secret], or [secret]","extra":[{"deep":"x[secret]"},"[secret]"]}',
    )
  })
})

describe('colours', () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { TERM: 'dumb' }, false],
  ])('terminal %s with %o gives colours: %s', (isTerminal, env, colours) => {
    expect(styleFor(isTerminal, env)).toBe(colours ? colourStyle : plainStyle)
  })
})
