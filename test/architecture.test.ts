import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../src', import.meta.url))

/** Which rooms of src/ each room may import from; `base` is open to all. Files at the root are rooms of their own. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  base: [],
  shell: [],
  params: [],
  transport: ['shell'],
  run: ['shell', 'transport'],
  engine: ['run', 'shell', 'transport'],
  resources: ['engine', 'params', 'shell'],
  inventory: ['transport'],
  recipe: ['engine', 'params', 'run', 'shell'],
  tunnel: ['run', 'transport'],
  mysql: ['transport'],
  postgres: ['mysql', 'transport'],
  jobs: ['mysql', 'params', 'postgres', 'run', 'shell', 'store'],
  sandbox: ['transport'],
  logs: ['shell', 'store', 'transport'],
  'git-remote': ['engine', 'resources', 'run', 'shell', 'transport'],
  report: ['engine', 'run'],
  store: [],
  'index.ts': ['engine', 'params', 'recipe', 'resources', 'run', 'shell'],
  'bundle.ts': ['cli', 'index.ts', 'jobs'],
  cli: [
    'engine',
    'git-remote',
    'index.ts',
    'inventory',
    'jobs',
    'logs',
    'mysql',
    'params',
    'postgres',
    'recipe',
    'report',
    'resources',
    'run',
    'sandbox',
    'shell',
    'store',
    'transport',
    'tunnel',
  ],
}

/**
 * What rooms within a room may import of each other; of one that is not named here, nothing. What lies beside them (the contract
 * of a step, say) is open to all; beside the parts of resources lie the resources, which no part may import.
 */
const innerArrows: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  cli: {
    job: ['db', 'history'],
    verbs: ['db', 'history', 'job', 'logs', 'socks'],
  },
  engine: {
    across: ['apply', 'plan'],
    access: ['look'],
    plan: ['access', 'look', 'text-diff'],
    record: ['plan'],
    together: ['look', 'plan'],
    batch: ['access', 'look', 'plan', 'record', 'together'],
    apply: ['access', 'batch', 'look', 'plan', 'record'],
  },
  jobs: {
    load: ['drift', 'history', 'rows'],
    queue: ['history', 'load'],
    archive: ['drift', 'load', 'rows', 'shard'],
    copy: ['archive', 'drift', 'history', 'load'],
    dump: ['archive', 'drift', 'load', 'rows', 'shard'],
    sizes: ['archive'],
  },
  resources: {
    backup: ['dumps'],
    boot: ['paths'],
    'compose-project': ['file', 'paths'],
    file: ['paths'],
    firewall: ['paths'],
    mysql: ['paths'],
    option: ['line'],
    postgres: ['paths'],
    'restored-backup': ['dumps'],
    sysctl: ['boot', 'paths'],
    'whole-files': ['dumps', 'filesystems'],
  },
}

const roomOf = (path: string): string => path.split('/')[0] ?? ''

interface SourceFile {
  readonly room: string
  readonly path: string
  readonly text: string
}

const files: readonly SourceFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path => ({
    path,
    room: roomOf(path),
    text: readFileSync(join(root, path), 'utf8'),
  }))

/** The files that a file imports, types too; what it loads late, once it runs, is not among them. */
const importedFiles = ({ path, text }: SourceFile): readonly string[] =>
  [...text.matchAll(/(?:from|^import)\s*'(\.[^']+)'/gm)].map(match =>
    relative(root, join(root, path, '..', match[1] ?? '')),
  )

/** The files that a file imports, those that it loads late among them. */
const reachedFiles = ({ path, text }: SourceFile): readonly string[] =>
  [...text.matchAll(/(?:from|import\(|^import)\s*'(\.[^']+)'/gm)].map(match =>
    relative(root, join(root, path, '..', match[1] ?? '')),
  )

/** The rooms that a file imports from. */
const importedRooms = (file: SourceFile): readonly string[] =>
  reachedFiles(file)
    .map(roomOf)
    .filter(each => each !== file.room)

/** The room within a room; `beside` of what lies beside such rooms, undefined of what lies elsewhere. */
const beside = '.'
function innerRoomOf(path: string, outer: string): string | undefined {
  if (roomOf(path) !== outer) return undefined
  const [, inner, rest] = path.split('/')
  return rest === undefined ? beside : inner
}

const outerRooms = [
  ...new Set(files.filter(({ path }) => path.split('/').length > 2).map(({ room }) => room)),
]

/** Every import from one room within `outer` into another, as `FROM -> TO`. */
const innerImports = (outer: string) =>
  files.flatMap(file => {
    const from = innerRoomOf(file.path, outer)
    if (from === undefined || from === beside) return []
    return reachedFiles(file)
      .map(path => innerRoomOf(path, outer))
      .filter(to => to !== undefined && to !== from && (to !== beside || outer === 'resources'))
      .map(to => ({ file: file.path, from, to: to ?? '' }))
  })

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

const matching = (pattern: RegExp, except: readonly string[]) =>
  files
    .filter(file => !except.includes(file.room) && pattern.test(withoutComments(file.text)))
    .map(file => file.path)

/** Shell of resources that is neither the look nor the change of one, but an idea of its own in a `.ts` of its own. */
const ownIdeas: ReadonlySet<string> = new Set([
  ...['openpgp', 'last-copies', 'fetch', 'view', 'port', 'service-enabled'],
  // What `filesystems` asks, each with its findings.
  ...['errors', 'kernel', 'smart', 'space', 'structure'],
  // What `restoredBackup` is made of.
  ...['bring', 'compare', 'generations'],
])

describe('the house', () => {
  test('imports point one way only', () => {
    const wrong = files.flatMap(file => {
      const allowed = arrows[file.room]
      expect(allowed, `src/${file.room} is a new room: give it its arrows here`).toBeDefined()
      return importedRooms(file)
        .filter(room => room !== 'base' && !allowed?.includes(room))
        .map(room => `${file.path} -> ${room}`)
    })
    expect(wrong).toEqual([])
  })

  test('no arrow stands here that no file needs', () => {
    const needed = (room: string) => new Set(files.filter(file => file.room === room).flatMap(importedRooms))
    const spare = Object.entries(arrows).flatMap(([room, others]) => {
      const used = needed(room)
      return others.filter(other => !used.has(other)).map(other => `${room} -> ${other}`)
    })
    expect(spare).toEqual([])
  })

  test.each(outerRooms)('the rooms within %s import one way, too', outer => {
    const wrong = innerImports(outer).filter(({ from, to }) => !innerArrows[outer]?.[from]?.includes(to))
    expect(wrong.map(({ file, to }) => `${file} -> ${outer}/${to}`)).toEqual([])
  })

  test.each(Object.entries(innerArrows))(
    'no arrow within %s stands here that no file needs',
    (outer, inner) => {
      const needed = innerImports(outer).map(({ from, to }) => `${from} -> ${to}`)
      const given = Object.entries(inner).flatMap(([from, others]) => others.map(to => `${from} -> ${to}`))
      expect(given.filter(each => !needed.includes(each))).toEqual([])
    },
  )

  test.each([['src', arrows] as const, ...Object.entries(innerArrows)])(
    'no two rooms of %s import from each other, by whatever way round',
    (_, map) => {
      const reached = (room: string, seen: ReadonlySet<string> = new Set()): readonly string[] =>
        (map[room] ?? []).flatMap(next =>
          seen.has(next) ? [] : [next, ...reached(next, new Set([...seen, next]))],
        )
      expect(Object.keys(map).filter(room => reached(room).includes(room))).toEqual([])
    },
  )

  test('no file imports itself, by whatever way round', () => {
    const imports = new Map(files.map(file => [file.path, importedFiles(file)]))
    const isDone = new Set<string>()
    const circles: string[] = []
    const follow = (path: string, way: readonly string[]): void => {
      const from = way.indexOf(path)
      if (from >= 0) circles.push([...way.slice(from), path].join(' -> '))
      if (from >= 0 || isDone.has(path)) return
      for (const next of imports.get(path) ?? []) follow(next, [...way, path])
      isDone.add(path)
    }
    for (const path of imports.keys()) follow(path, [])
    expect(circles).toEqual([])
  })

  test('every resource stands in the one list of them', () => {
    const list = files.find(file => file.path === 'resources/all.ts')
    const made = files
      .filter(
        file =>
          /^resources\/[^/]+$/.test(file.path) && /= (resource|composed|nowAndAtBoot)\(/.test(file.text),
      )
      .map(file => file.path)
      // No recipe names it: `ops kept HOST restore` makes its plan of it.
      .filter(path => path !== 'resources/restored-file.ts')
    expect(list && [...importedFiles(list)].sort()).toEqual(made.sort())
  })

  test('the shell of a resource is one NAME.sh, or NAME-look.sh and NAME-change.sh, loaded by look.ts and change.ts', () => {
    const loads = files.flatMap(file =>
      [...file.text.matchAll(/import (\w+) from '.*?([^/']+)\.sh'/g)]
        .filter(() => file.room === 'resources')
        .map(([, variable = '', shell = '']) => ({ file, variable, shell })),
    )
    const wrong = loads.filter(({ file: { path, text }, variable, shell }) => {
      if (ownIdeas.has(shell)) return false
      if (path.endsWith(`/${shell}.ts`) && text.includes(`ownShell('${shell}', ${variable})`)) return false
      const part = /-(look|change)$/.exec(shell)?.[1] ?? 'neither'
      const library = new RegExp(
        `export const (\\w+) = libraryOf\\(\\s*'${shell}',(?:(?!export)[^])*?\\b${variable}\\b`,
      )
      const name = new RegExp(`${part}Library$`, 'i')
      return !new RegExp(`[/-]${part}\\.ts$`).test(path) || !name.test(library.exec(text)?.[1] ?? '')
    })
    expect(wrong.map(({ file, shell }) => `${file.path}: ${shell}.sh`)).toEqual([])
  })

  test('only cli exits, and only report prints', () => {
    expect(matching(/\bprocess\.exit(Code)?\b/, ['cli'])).toEqual([])
    expect(matching(/\bconsole\.\w+\(|process\.std(out|err)\.write/, ['report', 'cli'])).toEqual([])
  })

  test('what a resource wants hangs on its params alone: no clock, no chance, no environment', () => {
    const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.env\b/
    expect(
      matching(
        impure,
        Object.keys(arrows).filter(room => room !== 'resources'),
      ),
    ).toEqual([])
  })

  test('only transport speaks ssh2, and nothing quotes for a remote shell but shell/', () => {
    expect(matching(/(from|import\()\s*'ssh2/, ['transport'])).toEqual([])
    expect(matching(/(from|import\()\s*'zx/, [])).toEqual([])
  })

  test('only mysql and postgres speak to a database server, each by one file', () => {
    expect(matching(/(from|import\()\s*'mysql2/, []).filter(path => path !== 'mysql/driver.ts')).toEqual([])
    expect(matching(/(from|import\()\s*'pg\b/, []).filter(path => path !== 'postgres/driver.ts')).toEqual([])
  })

  test('nothing is left open', () => {
    expect(files.filter(file => /\b(TODO|FIXME|XXX)\b/.test(file.text)).map(file => file.path)).toEqual([])
  })

  test('every file begins with a sentence on its one idea', () => {
    const silent = files.filter(file => !/^(#!.*\n)?\/\*\*[\s\S]*?[.:!)]?\s*\*\//.test(file.text))
    expect(silent.map(file => file.path)).toEqual([])
    const shell = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(path =>
      /\.(?:sh|awk)$/.test(path),
    )
    expect(shell.filter(path => !/^# .*[.:]\n/.test(readFileSync(join(root, path), 'utf8')))).toEqual([])
  })

  test('files stay small: half of them under 110 lines, none over 350', () => {
    const lengths = files.map(file => file.text.split('\n').length).sort((one, other) => one - other)
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(110)
    expect(lengths.at(-1)).toBeLessThanOrEqual(350)
  })
})

test('npm run check reads nothing that git leaves out: a site or packages that were generated here', () => {
  const project = fileURLToPath(new URL('..', import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), 'ops-check-'))
  const check = () =>
    spawnSync(join(project, 'node_modules/.bin/biome'), ['check', '.'], { cwd: folder, encoding: 'utf8' })
  try {
    for (const name of ['biome.json', '.gitignore']) cpSync(join(project, name), join(folder, name))
    for (const name of ['docs-site', 'packages', 'src']) {
      mkdirSync(join(folder, name))
      const text = name === 'src' ? 'export const one = 1\n' : 'var one = 1;  '
      writeFileSync(join(folder, name, 'one.ts'), text)
    }
    expect(check()).toMatchObject({ status: 0 })
    writeFileSync(join(folder, 'src/two.ts'), 'var two = 2;  ')
    expect(check().stderr).toContain('src/two.ts')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
