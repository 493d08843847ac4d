/** `ops --help`: one screen. */
import type { Style } from '../report/style.ts'
import { verbs } from './verbs.ts'

/** The whole help text, without a last end of line. */
export function programHelp(style: Style): string {
  const listed = verbs.filter(verb => !verb.isNamedBeside)
  const rows = listed.map(verb => [`ops ${verb.name} ${verb.usage}`, verb.summary] as const)
  const width = Math.max(...rows.map(([usage]) => usage.length))
  return [
    'Brings servers to a known state from typed recipes over plain SSH.',
    '',
    ...rows.map(([usage, summary]) => `  ${style.bold(usage.padEnd(width))}  ${summary}`),
    '',
    'HOST: a name, group or glob of ops.ini, an ssh config name, user@host:port, `local` or `sandbox`.',
    "A recipe's params are flags: ops apply nginx web1 --listen 9000. ops VERB [RECIPE] --help lists flags.",
    style.dim('Exit codes: 0 done · 1 a step failed · 2 drift · 3 bad input, nothing changed · 4 no login'),
    style.dim(
      '  5 lost, state unknown · 6 locked · 7 reverted · 8 changed by somebody else · 130 interrupted',
    ),
  ].join('\n')
}
