/** The formats of files of settings that are known: which files have them, and what their programs hold equal. */

/** How lines of a format are read. What is left out follows from the params of the option. */
export interface Format {
  /** Paths that have it unless the option says otherwise. */
  readonly paths?: RegExp
  /** What may stand between key and value; blanks alone for `''`. The first is that of new lines. */
  readonly separators: readonly string[]
  readonly wins?: 'first'
  /** Keys that end the part where the key may stand, by `|`. */
  readonly before?: string
  readonly dashes?: 'same'
  readonly ignoresCase?: true
  /** Signs that begin a comment after a value; a function of the scanner where quotes decide. */
  readonly inlineComments?: string
  /** Whether keys stand below sections: always, sometimes or never. */
  readonly sections: 'needed' | 'some' | 'none'
  /** Keys may stand alone. */
  readonly bare?: true
}

const equals = ['='] as const

export const formats = {
  sshd: {
    paths: /(^|\/)sshd_config(\.d\/[^/]+\.conf)?$/,
    separators: ['', '='],
    wins: 'first',
    before: 'Match',
    ignoresCase: true,
    inlineComments: '#',
    sections: 'none',
  },
  ssh: {
    paths: /(^|\/)(ssh_config(\.d\/[^/]+\.conf)?|\.ssh\/config)$/,
    separators: ['', '='],
    wins: 'first',
    before: 'Host|Match',
    ignoresCase: true,
    inlineComments: '#',
    sections: 'none',
  },
  mysql: {
    paths: /(^|\/)(\.?my\.cnf|(my|mysql|mariadb)[^/]*\/(.*\/)?[^/]+\.cnf)$/,
    separators: equals,
    dashes: 'same',
    inlineComments: '#',
    sections: 'needed',
    bare: true,
  },
  php: {
    paths: /(^|\/)(php[^/]*\.ini|php\/.*\/(conf\.d|mods-available)\/[^/]+\.ini)$/,
    separators: equals,
    inlineComments: ';',
    sections: 'some',
    bare: true,
  },
  fpm: {
    paths: /(^|\/)(php-fpm\.conf|(pool|php-fpm)\.d\/[^/]+\.conf)$/,
    separators: equals,
    inlineComments: ';',
    sections: 'needed',
  },
  postfix: { paths: /(^|\/)main\.cf$/, separators: equals, sections: 'none' },
  samba: { paths: /(^|\/)smb\.conf$/, separators: equals, ignoresCase: true, sections: 'some' },
  git: {
    paths: /(^|\/)(gitconfig|\.gitconfig|\.gitmodules|git\/config|[^/]*\.git\/config)$/,
    separators: equals,
    ignoresCase: true,
    inlineComments: '#;',
    sections: 'needed',
    bare: true,
  },
  python: {
    paths: /(^|\/)(setup\.cfg|tox\.ini|pip\.conf|pypirc|alembic\.ini)$/,
    separators: ['=', ':'],
    ignoresCase: true,
    sections: 'needed',
    bare: true,
  },
  supervisor: {
    paths: /(^|\/)(supervisord\.conf|supervisor\/.*\.conf)$/,
    separators: ['=', ':'],
    ignoresCase: true,
    inlineComments: ';#',
    sections: 'needed',
  },
  systemd: {
    paths:
      /(^|\/)systemd\/.*\.(conf|service|socket|timer|mount|automount|swap|target|path|slice|scope|network|netdev|link|nspawn|dnssd)$/,
    separators: equals,
    sections: 'needed',
  },
  desktop: { paths: /\.desktop$/, separators: equals, sections: 'needed' },
  toml: { paths: /\.toml$/, separators: equals, inlineComments: '#', sections: 'some' },
  sysctl: { paths: /(^|\/)sysctl(\.conf|\.d\/[^/]+\.conf)$/, separators: equals, sections: 'none' },
  shell: { paths: /^\/etc\/(default|sysconfig)\//, separators: equals, sections: 'none' },
  plain: { separators: [], sections: 'some', bare: true },
} as const satisfies Readonly<Record<string, Format>>

export type FormatName = keyof typeof formats

export const formatNames = Object.keys(formats) as [FormatName, ...FormatName[]]

/** The format that a file has by its path; undefined where nothing is known of it. */
export function formatOf(path: string): FormatName | undefined {
  return formatNames.find(name => (formats[name] as Format).paths?.test(path))
}

/** Params that say how lines are read, as somebody who writes a recipe gives them. */
export interface Manner {
  readonly separator?: string | undefined
  readonly wins?: 'first' | 'last' | undefined
  readonly before?: string | undefined
  readonly dashes?: 'same' | undefined
  readonly ignoreCase?: boolean | undefined
  readonly inlineComments?: string | undefined
}

/** The same, complete. */
export interface Reading {
  /** Empty where nothing is known of the file. */
  readonly format: FormatName | ''
  /** Without blanks: empty where blanks separate. */
  readonly separator: string
  readonly first: boolean
  readonly before: string
  readonly dashes: boolean
  readonly ignoresCase: boolean
  readonly inlineComments: string
}

/** How the file of this format is read; for one that nothing is known of, as the params say. */
export function readingOf(name: FormatName | undefined, manner: Manner): Reading {
  const known: Format | undefined = name === undefined || name === 'plain' ? undefined : formats[name]
  const asked = manner.separator?.trim()
  const takesComments = name === 'python' ? manner.inlineComments : known?.inlineComments
  return {
    format: name ?? '',
    separator: known ? (known.separators[0] ?? '=') : (asked ?? '='),
    first: (known ? known.wins : manner.wins) === 'first',
    before: (known ? known.before : manner.before) ?? '',
    dashes: (known ? known.dashes : manner.dashes) === 'same',
    ignoresCase: (known ? known.ignoresCase : manner.ignoreCase) === true,
    inlineComments: (known ? takesComments : manner.inlineComments) ?? '',
  }
}

/** Params that contradict what is known of the format. */
export function contradictions(name: FormatName, manner: Manner): readonly string[] {
  const known: Format = formats[name]
  if (name === 'plain') return []
  const { separator, wins, before, dashes, ignoreCase, inlineComments } = manner
  return [
    separator !== undefined && !known.separators.includes(separator.trim()) && 'separator',
    wins !== undefined && wins !== (known.wins ?? 'last') && 'wins',
    before !== undefined && before.toLowerCase() !== known.before?.toLowerCase() && 'before',
    dashes !== undefined && dashes !== known.dashes && 'dashes',
    ignoreCase !== undefined && ignoreCase !== (known.ignoresCase ?? false) && 'ignoreCase',
    inlineComments !== undefined &&
      name !== 'python' &&
      ![...inlineComments].every(sign => known.inlineComments?.includes(sign)) &&
      'inlineComments',
  ].filter(word => word !== false)
}
