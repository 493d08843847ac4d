/** Which version of packages apt prefers. */
import { z } from 'zod'
import { composed } from '../engine/composed.ts'
import { file } from './file.ts'
import { oneLine } from './paths/params.ts'

const params = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'must be letters, digits, - and _')
    .describe('Of its file: /etc/apt/preferences.d/NAME.pref.'),
  packages: z
    .array(z.string().regex(/^(?:src:)?[\x21-\x7e]+$/, 'must be one word'))
    .min(1)
    .default(['*'])
    .describe('Their names, as apt_preferences(5) takes them: `nodejs`, `docker-*`, `src:php8.2`.'),
  pin: oneLine
    .regex(
      /^(?:version|release|origin) +\S/,
      'must begin with `version`, `release` or `origin` (apt_preferences(5))',
    )
    .describe('What is meant: `version 20.*`, `release n=bookworm-backports`, `origin deb.nodesource.com`.'),
  priority: z
    .number()
    .int()
    .min(-32768)
    .max(32767)
    .refine(number => number !== 0, 'must not be 0, which apt refuses')
    .describe('From 1000 on also if that is a step back; below 0 never.'),
  because: oneLine.min(1).optional().describe('Why, for whoever reads the file.'),
})

/** `aptPin {name, packages, pin, priority, because?}`. */
export const aptPin = composed({
  type: 'aptPin',
  doc: 'Which version of packages apt prefers, or keeps out, in a file of its own.',
  undone: 'Its file is put back as it was, or goes where there was none.',
  params,
  examples: [
    {
      title: 'One package from the backports',
      params: {
        name: 'backports-git',
        packages: ['git'],
        pin: 'release n=bookworm-backports',
        priority: 500,
      },
    },
    {
      title: "Of a vendor's repository nothing but what is wanted",
      params: {
        name: 'vendor',
        pin: 'origin apt.example.org',
        priority: -1,
        because: 'others are pinned above it, by name',
      },
    },
  ],
  steps: ({ name, packages, pin, priority, because }) => [
    file({
      path: `/etc/apt/preferences.d/${name}.pref`,
      content: `${because === undefined ? '' : `Explanation: ${because}\n`}Package: ${packages.join(' ')}\nPin: ${pin}\nPin-Priority: ${priority}\n`,
      mode: '0644',
      validate:
        'apt-cache -o Dir::Etc::preferences=%s -o Dir::Etc::preferencesparts=/dev/null policy >/dev/null',
    }),
  ],
})
