/** One whole line in a text file. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { raw, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { lineChangeLibrary } from './line/change.ts'
import { extendedRegExp } from './line/extended-regexp.ts'
import { lineEdit } from './line/in-text.ts'
import { lineLookLibrary } from './line/look.ts'
import { lackingDirectory, lookLibrary } from './paths/look.ts'
import { entryPath, oneLine, presence } from './paths/params.ts'

const params = z
  .strictObject({
    path: entryPath.describe('The file; made when it is not there.'),
    line: oneLine
      .min(1)
      .refine(text => text.trim() !== '', 'must not be blank')
      .describe('The whole line.'),
    match: oneLine
      .min(1)
      .optional()
      .describe(
        'POSIX extended regular expression: the last line that matches is replaced; it must match `line`.',
      ),
    state: presence("'absent' removes every such line, or all that `match`."),
  })
  .superRefine(({ line, match }, context) => {
    if (match === undefined) return
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['match'], message })
    const expression = extendedRegExp(match)
    if ('problem' in expression) refuse(expression.problem)
    else if (!expression.test(line))
      refuse('does not match `line` itself, so that a second run would add it again')
  })

/** `line {path, line, match?, state}`. */
export const line = resource({
  type: 'line',
  doc: 'One whole line in a text file; all other lines survive.',
  undone: 'Its file is put back as it was, or goes where there was none.',
  params,
  examples: [
    {
      title: 'A name for an address',
      params: { path: '/etc/hosts', line: '10.0.0.5 db.internal', match: '[[:blank:]]db\\.internal$' },
    },
    { title: 'A module at boot', params: { path: '/etc/modules', line: 'loop' } },
    {
      title: 'No such line',
      params: { path: '/etc/crontab', line: '* * * * * root /opt/old', state: 'absent' },
    },
  ],
  identity: given => `${given.path} ${given.line}`,
  library: [wayLibrary, lookLibrary, lineLookLibrary, writeLibrary, lineChangeLibrary],
  refuses: true,
  probe: given => sh`ops_line_look ${given.path} ${given.state} ${given.line} ${given.match ?? ''}`,
  probeMany: many => {
    const mark = raw('a variable that the engine sets', 'echo "$OPS_MARK"')
    const looks = many.map(
      given =>
        sh`ops_line_look ${given.path} ${given.state} ${given.line} ${given.match ?? ''} && ${mark}`.shell,
    )
    return raw('probes of lines, joined', looks.join(' &&\n'))
  },
  parse: (observation, given) => {
    const found = /^line=(absent|present|other\nfound=(.*))\n?$/.exec(observation)
    if (!found?.[1]) throw new TypeError(`not an observation of a line: ${observation}`)
    if (found[1] === 'absent') return { state: 'absent' }
    return { state: 'present', line: found[2] ?? given.line }
  },
  desired: given => (given.state === 'absent' ? { state: 'absent' } : { state: 'present', line: given.line }),
  lacks: lackingDirectory,
  apply: (_change, given) => [sh`ops_line ${given.path} ${given.state} ${given.line} ${given.match ?? ''}`],
  joins: () => true,
  wayBack: () => 'files',
  owns: given => [`path:${given.path}#/${given.match ?? given.line}`],
  promises: ({ path, state }) => (state === 'absent' ? [] : [{ of: `path:${path}`, is: 'file' }]),
  edits: lineEdit,
})
