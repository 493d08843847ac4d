/** One key in an ini-style file; every other byte of the file survives. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { mask, Secret } from '../base/secret.ts'
import type { Claim } from '../engine/claims.ts'
import { resource } from '../engine/step.ts'
import { raw, type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { optionChangeLibrary } from './option/change.ts'
import { contradictions, type Format, formatNames, formatOf, formats, readingOf } from './option/formats.ts'
import { optionEdit } from './option/in-text.ts'
import { optionLookLibrary } from './option/look.ts'
import { faultOfValue } from './option/values.ts'
import { lackingDirectory, lookLibrary } from './paths/look.ts'
import { controlCharacters, entryPath, oneLine, presence } from './paths/params.ts'

const value = z
  .union([z.string(), z.number(), z.instanceof(Secret)])
  .transform(given => (typeof given === 'number' ? String(given) : given))
  .refine(given => !controlCharacters.test(plain(given).replaceAll('\t', '')), 'must be one line')
  .refine(given => plain(given).isWellFormed(), 'must be well-formed Unicode')
  .refine(given => plain(given).trim() === plain(given), 'has blanks at its ends: quote it as the file needs')
  .refine(given => !plain(given).endsWith('\\'), 'ends with a backslash, which would swallow the next line')

const params = z
  .strictObject({
    path: entryPath.describe('The file; made when it is not there.'),
    section: oneLine
      .regex(/^[^[\]\s]([^[\]]*[^[\]\s])?$/, 'must be a name without brackets')
      .optional()
      .describe('The name in brackets above the key; left out for keys above all sections.'),
    key: oneLine
      .regex(
        /^[^\s#;![\]]([^\n]*\S)?$/,
        'must not be empty, start with a comment sign or have blanks at its ends',
      )
      .describe('The key, as it is written in the file.'),
    value: value.optional().describe('What stands after the separator, with the quotes that the file needs.'),
    bare: z.boolean().default(false).describe('The key stands alone, such as `skip-networking`.'),
    state: presence('The key is there with the value, or not there at all.'),
    format: z
      .enum(formatNames)
      .optional()
      .describe(
        "How the file is read, known by the paths of many: `sshd` for sshd_config, `python` for configparser's files, `plain` where each line stands for itself.",
      ),
    separator: z
      .string()
      .regex(/^[ \t]*[^\s\w]*[ \t]*$/, 'must be a sign such as `=`, with or without blanks, or blanks alone')
      .min(1)
      .optional()
      .describe('Between key and value in new lines; default `=`, spaced as the file does it.'),
    wins: z
      .enum(['last', 'first'])
      .optional()
      .describe('Which of equal keys counts, and so is changed: the last unless the format knows better.'),
    before: oneLine
      .regex(/^\S+$/)
      .optional()
      .describe('A word whose line ends the part where the key may stand, as `Match` in sshd_config.'),
    dashes: z
      .literal('same')
      .optional()
      .describe("'same': `bind-address` and `bind_address` are one key, as for MySQL and MariaDB."),
    ignoreCase: z.boolean().optional().describe('Keys are the same in any case, as in sshd_config.'),
    inlineComments: z
      .string()
      .regex(/^[#;]{1,2}$/)
      .optional()
      .describe('Signs that begin a comment after a value (`#` in my.cnf, `;` in php.ini); else part of it.'),
  })
  .superRefine((given, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message })
    const wanted = [given.value !== undefined, given.bare, given.state === 'absent'].filter(Boolean).length
    if (wanted !== 1) refuse("give one of `value`, `bare: true` and `state: 'absent'`")
    const name = given.format ?? formatOf(given.path)
    const { separator, format } = readingOf(name, given)
    if (separator === '' ? /\s/.test(given.key) : given.key.includes(separator))
      refuse('the key holds the separator')
    if (name === undefined || format === '') return
    const rules: Format = formats[name]
    const against = contradictions(name, given)
    if (against.length > 0)
      refuse(
        `the format ${name} has rules of its own: leave out ${against.map(word => `\`${word}\``).join(', ')}`,
      )
    if (rules.sections === 'needed' && given.section === undefined)
      refuse(`a file of the format ${name} has keys in sections only: name the section`)
    if (rules.sections === 'none' && given.section !== undefined)
      refuse(`a file of the format ${name} has no sections`)
    const fault = given.value === undefined ? undefined : faultOfValue(name, plain(given.value))
    if (fault !== undefined) refuse(`the value ${fault}`)
    if (given.bare && !rules.bare) refuse(`a key of the format ${name} does not stand alone`)
  })

type OptionParams = z.output<typeof params>

/** `option {path, section?, key, value | bare | state: 'absent', separator?, wins?, before?, dashes?, ...}`. */
export const option = resource({
  type: 'option',
  doc: 'One key in an ini-style file; comments, order and all other bytes survive.',
  undone: 'Its file is put back as it was, or goes where there was none.',
  params,
  examples: [
    {
      title: 'MariaDB listens everywhere',
      params: {
        path: '/etc/mysql/mariadb.conf.d/50-server.cnf',
        section: 'mysqld',
        key: 'bind-address',
        value: '0.0.0.0',
      },
    },
    {
      title: 'sshd_config: the first of equal keys counts, and none after a Match is global',
      params: { path: '/etc/ssh/sshd_config', key: 'PermitRootLogin', value: 'prohibit-password' },
    },
    {
      title: 'PHP',
      params: { path: '/etc/php/8.2/cli/php.ini', section: 'PHP', key: 'memory_limit', value: '512M' },
    },
    {
      title: 'A file whose path does not tell how it is read',
      params: { path: '/srv/app/app.ini', format: 'python', section: 'app', key: 'debug', value: 'false' },
    },
    { title: 'A shell-like file', params: { path: '/etc/default/nginx', key: 'ULIMIT', value: '"-n 4096"' } },
    {
      title: 'A password',
      params: { path: '/root/.my.cnf', section: 'client', key: 'password', value: new Secret('x') },
    },
    {
      title: 'A key that stands alone',
      params: {
        path: '/etc/mysql/conf.d/local.cnf',
        section: 'mysqld',
        key: 'skip-name-resolve',
        bare: true,
      },
    },
    {
      title: 'No such key',
      params: { path: '/etc/mysql/my.cnf', section: 'mysqld', key: 'skip-networking', state: 'absent' },
    },
  ],
  identity: ({ path, section, key }) => `${path} ${section === undefined ? '' : `[${section}] `}${key}`,
  library: [wayLibrary, lookLibrary, optionLookLibrary, writeLibrary, optionChangeLibrary],
  refuses: true,
  probe: given => sh`ops_options '' ${fields(given)}`,
  probeMany: many => {
    const mark = raw('a variable that the engine sets', '"$OPS_MARK"')
    return sh`ops_options ${mark} ${many.flatMap(fields)}`
  },
  parse: (observation, given) => {
    const found =
      /^state=(?:(absent|bare)|(unclear|several)\nwhy=(.*)|(present|continued)\n(value|sha256)=(.*))(?:\nelsewhere=(.*)\nover=(bare|unclear|value (.*)))?\n?$/.exec(
        observation,
      )
    if (!found) throw new TypeError(`not an observation of an option: ${observation}`)
    const [, alone, doubt, why = '', state = '', kind, text = '', elsewhere, over, inIt] = found
    const agrees = given.bare ? over === 'bare' : inIt !== undefined && inIt === given.value
    if (elsewhere !== undefined && !agrees) return { state: 'decided elsewhere', why: elsewhere }
    if (alone !== undefined) return { state: alone }
    if (doubt !== undefined) return { state: doubt, why }
    const value = kind === 'value' ? text : shown(text, given)
    return { state: state === 'continued' ? 'on several lines' : state, value }
  },
  desired: given => {
    if (given.state === 'absent') return { state: 'absent' }
    if (given.value === undefined) return { state: 'bare' }
    return { state: 'present', value: given.value instanceof Secret ? mask : given.value }
  },
  impossible: ({ state, why }, { key, path, state: wanted }) => {
    if (state === 'unclear')
      return `${path}: ${why}; edit it as a file, or say with the param format how it is read`
    if (state === 'decided elsewhere')
      return `what ${path} includes decides about ${key}, or may: ${why}; set it there`
    if (state === 'several' && wanted !== 'absent')
      return `${path} has ${key} in the lines ${why}, which all count: edit it as a file, or remove them first by state: 'absent'`
    return undefined
  },
  lacks: lackingDirectory,
  apply: (_change, given) => [edit(given)],
  joins: () => true,
  wayBack: () => 'files',
  owns: given => [claimOf(given)],
  promises: given => {
    if (given.state === 'absent') return [{ of: claimOf(given), is: 'absent' }]
    const isSecret = given.value instanceof Secret
    const is = given.value === undefined ? 'alone' : `to be ${plain(given.value)}`
    return [
      { of: `path:${given.path}`, is: 'file' },
      { of: claimOf(given), is, ...(isSecret && { words: `to be ${mask}` }) },
    ]
  },
  edits: optionEdit,
})

function claimOf(given: OptionParams): Claim {
  const { dashes, ignoresCase } = readingOf(given.format ?? formatOf(given.path), given)
  const dashed = dashes ? given.key.replaceAll('_', '-') : given.key
  const key = ignoresCase ? dashed.toLowerCase() : dashed
  return `path:${given.path}#${given.section ?? ''}/${key}`
}

function plain(given: string | Secret): string {
  return given instanceof Secret ? given.reveal() : given
}

function shown(sha256: string, { value: wanted }: OptionParams): string {
  return wanted instanceof Secret && sha256 === hashOf(wanted.reveal()) ? mask : `not ${mask}`
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The eight fields that say where the key is and how lines are read. */
function fields(given: OptionParams): readonly string[] {
  const reading = readingOf(given.format ?? formatOf(given.path), given)
  const flags = [
    given.value instanceof Secret && 'v',
    given.section !== undefined && 's',
    reading.first && 'f',
    reading.dashes && 'd',
    reading.ignoresCase && 'c',
    reading.separator === '' && 'w',
    given.state === 'absent' && 'a',
  ]
  return [
    flags.filter(Boolean).join(''),
    given.path,
    given.section ?? '',
    given.key,
    reading.separator,
    reading.before,
    reading.inlineComments,
    reading.format,
  ]
}

function edit(given: OptionParams): Shell {
  const what = given.state === 'absent' ? 'absent' : given.value === undefined ? 'bare' : 'present'
  const newMode = given.value instanceof Secret ? '0600' : '0644'
  return sh`ops_option ${newMode} ${fields(given)} ${what} ${given.separator ?? ''} ${given.value ?? ''}`
}
