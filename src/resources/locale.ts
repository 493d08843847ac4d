/** The language and country that programs go by. */
import text from './locale/locale.sh'
import { ownShell, printed, resource, sh, z } from './written-with.ts'

const localeName = z
  .string()
  .regex(
    /^(?:C|POSIX|[a-z]{2,3}_[A-Z]{2})(?:\.[A-Za-z0-9-]+)?(?:@[a-z]+)?$/,
    'must be the name of a locale, such as de_DE.UTF-8',
  )

const params = z.strictObject({
  lang: localeName.describe('What new logins and services get as LANG: `C.UTF-8`, `de_DE.UTF-8`.'),
  also: z.array(localeName).default([]).describe('Other ones that must be there for programs that ask.'),
})

type LocaleParams = z.output<typeof params>

const namesOf = ({ lang, also }: LocaleParams) => [...new Set([lang, ...also])]

/** `locale {lang, also}`. */
export const locale = resource({
  type: 'locale',
  doc: 'The locale that new logins and services get, generated where the host has it not.',
  undone: 'Its files are put back as they were: the next login and the next boot have the former language.',
  params,
  examples: [
    { title: 'As servers should', params: { lang: 'C.UTF-8' } },
    { title: 'With one for a database', params: { lang: 'en_US.UTF-8', also: ['de_DE.UTF-8'] } },
  ],
  identity: ({ lang }) => lang,
  library: ownShell('locale', text),
  refuses: true,
  probe: given => sh`ops_locale_look ${namesOf(given)}`,
  parse: printed('lang', 'services', 'missing', 'generator'),
  desired: ({ lang }) => ({ lang, services: lang, missing: 'none' }),
  impossible: ({ missing, generator }) =>
    missing !== 'none' && generator === 'no'
      ? `${missing} is not there, and nothing that generates it: a step before this one brings it, apt locales`
      : undefined,
  apply: (_change, given) => [sh`ops_locale ${namesOf(given)}`],
  wayBack: () => 'files',
  owns: () => ['path:/etc/default/locale', 'path:/etc/locale.conf'],
  reads: () => [
    'path:/etc/default/locale',
    'path:/etc/environment',
    'path:/etc/locale.conf',
    'path:/etc/locale.gen',
    'pkg:locales',
  ],
  affects: () => [
    'path:/etc/default/locale',
    'path:/etc/locale.conf',
    'path:/etc/locale.gen',
    'path:/usr/lib/locale/',
  ],
  notes: (detail, { lang }, _said, change) => {
    const over = detail
      .replaceAll(/["']/g, '')
      .split('\n')
      .flatMap(line => (/^\S+ LC_ALL=./.test(line) && !line.endsWith(` LC_ALL=${lang}`) ? [line] : []))
    return [
      ...over.map(
        line => `${line.replace(' ', ' says ')}, by which logins go in the place of LANG: take that line out`,
      ),
      ...(change ? ['logins and services that run keep the old one until they begin anew'] : []),
    ]
  },
})
