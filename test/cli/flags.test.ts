import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import type { ErrorData } from '../../src/base/errors.ts'
import { firstOperand, parseArgv } from '../../src/cli/argv.ts'
import { addConnectionFlags, commonSettings } from '../../src/cli/flags.ts'
import { outputProblems } from '../../src/cli/output-problems.ts'
import { addParamFlags, paramValues } from '../../src/cli/param-flags.ts'
import { z } from '../../src/index.ts'
import { describeParams } from '../../src/params/param-docs.ts'
import { reservedFlags } from '../../src/recipe/reserved.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const docs = describeParams({
  listen: z.number(),
  maxClients: z.number().optional(),
  log_level: z.enum(['info', 'debug']).default('info'),
  verboseLog: z.boolean().default(false),
  names: z.array(z.string()).default([]),
})

function parsed(...argv: string[]) {
  const command = addConnectionFlags(new Command('x').exitOverride())
  addParamFlags(command, docs, 'x')
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  return { operands, values: paramValues(options, docs), settings: commonSettings(options, errors), errors }
}

test('every common flag is reserved, so that no param can take it', () => {
  const command = addConnectionFlags(new Command())
  const names = command.options.map(option => option.long?.replace(/^--(no-)?/, '') ?? '')
  for (const name of names) expect(reservedFlags).toContain(name)
})

describe('params as flags', () => {
  test.each<[string[], Record<string, unknown>]>([
    [[], {}],
    [['--listen', '9000'], { listen: '9000' }],
    [['--listen=9000'], { listen: '9000' }],
    [['--listen', '-5'], { listen: '-5' }],
    [['--max-clients', '3', '--log-level', 'debug'], { maxClients: '3', log_level: 'debug' }],
    [['--verbose-log'], { verboseLog: true }],
    [['--no-verbose-log'], { verboseLog: false }],
    [['--names', 'a,b', '--names', 'c'], { names: ['a,b', 'c'] }],
    [['--listen', '1', '--listen', '2'], { listen: ['1', '2'] }],
    [['--listen', ''], { listen: '' }],
  ])('%j', (argv, values) => {
    const result = parsed('hello', 'web1', ...argv, 'web2')
    expect(result.values).toEqual(values)
    expect(result.operands).toEqual(['hello', 'web1', 'web2'])
    expect(result.errors).toEqual([])
  })
})

describe('common flags', () => {
  test('become root by default, nobody with --no-become', () => {
    expect(parsed().settings.becomeUser).toBe('root')
    expect(parsed('--become-user', 'deploy').settings.becomeUser).toBe('deploy')
    expect(parsed('--no-become').settings.becomeUser).toBeUndefined()
  })

  test('--timeout counts in seconds', () => {
    expect(parsed('--timeout', '5').settings.connectTimeoutMs).toBe(5000)
  })

  test.each([',', ' ', '!', ' ,!'])('--limit %j means no host, and so not all of them', words => {
    expect(parsed('--limit', words).errors.map(error => error.title)).toEqual([
      `--limit '${words}': names no host`,
    ])
  })

  test('all that is wrong is kept', () => {
    const { errors } = parsed(
      '--limit',
      '0',
      '--timeout',
      'x',
      '--transport',
      'y',
      '--identity',
      '',
      '--lissten',
      '1',
    )
    expect(errors.map(error => error.title)).toEqual([
      'unknown flag --lissten',
      '--transport y: there is no such transport',
      '--timeout x: not a whole number from 1 to 86400',
      '--limit 0: not a whole number from 1 to 10000',
      '--identity is empty',
    ])
  })
})

test.each<[string[], string | undefined]>([
  [['hello', 'web1'], 'hello'],
  [['-F', 'config', 'hello'], 'hello'],
  [['--ssh-config=config', '-v', '--json', 'hello'], 'hello'],
  [['--no-become', '--limit', '3', 'hello'], 'hello'],
  [['-v'], undefined],
  [['--', 'hello'], undefined],
])('in %j the recipe is %s', (argv, recipe) => {
  expect(firstOperand(addConnectionFlags(new Command()), argv)).toBe(recipe)
})

test('a page takes the place of another page only: what else is there would be gone', () => {
  const folder = temporaryFolder({
    'old.html': '<!doctype html>\n<!-- made by ops -->\n',
    'site.ts': 'export default',
    'empty.html': '',
    'ops.ini': '[x]',
    'web.plan': '{\n "format": "ops"',
  })
  symlinkSync('old.html', join(folder, 'link.html'))
  const titlesOf = (file: string) => outputProblems('--html', file).map(({ title }) => title)
  expect(titlesOf('/dev/null')).toEqual(['--html /dev/null is no regular file'])
  expect(titlesOf(join(folder, 'link.html'))).toEqual([expect.stringMatching(/ is a link$/)])
  expect(titlesOf(join(folder, 'old.html'))).toEqual([])
  expect(titlesOf(join(folder, 'new.html'))).toEqual([])
  expect(titlesOf(join(folder, 'empty.html'))).toEqual([])
  expect(titlesOf(join(folder, 'site.ts'))).toEqual([expect.stringContaining('is no page of ops')])
  const plans = (file: string) => outputProblems('-o', join(folder, file)).map(({ title }) => title)
  expect(plans('web.plan')).toEqual([])
  expect(plans('ops.ini')).toEqual([expect.stringContaining('is no saved plan')])
})
