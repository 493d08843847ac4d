/** What the programs themselves read in a file of settings: the oracle that shares no code with ops. */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Keys, with their sections in front where the format has some, and what the program takes for their values. */
export type Read = ReadonlyMap<string, string>

/** Reads many files at once, in order; undefined for one that the program refuses. */
export type Reader = (files: readonly string[], folder: string) => readonly (Read | undefined)[]

export interface KnownReader {
  /** Programs, each with the Debian package that brings it. */
  readonly needs: Readonly<Record<string, string>>
  readonly read: Reader
}

const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`

function said(program: string, args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { PATH: path, LC_ALL: 'C.UTF-8', HOME: '/nonexistent' },
  })
  return { code: status ?? 255, stdout: stdout ?? '', stderr: stderr ?? '' }
}

/** Which packages are missing for a reader. */
export function lacks({ needs }: KnownReader): readonly string[] {
  return Object.entries(needs).flatMap(([check, name]) => {
    return said('sh', ['-c', check]).code === 0 ? [] : [name]
  })
}

const one =
  (read: (file: string, folder: string) => Read | undefined): Reader =>
  (files, folder) =>
    files.map(file => read(file, folder))

/** A program that takes names of files and answers with a JSON list of objects, or null for a refusal. */
const json =
  (program: string, args: readonly string[]): Reader =>
  files => {
    const { code, stdout, stderr } = said(program, [...args], files.join('\n'))
    if (code !== 0) throw new Error(`${program} failed: ${stderr}`)
    const lists = JSON.parse(stdout) as readonly (Record<string, string> | null)[]
    return lists.map(each => (each === null ? undefined : new Map(Object.entries(each))))
  }

const python = (body: string): Reader =>
  json('/usr/bin/python3', [
    '-c',
    [
      'import json, sys',
      body,
      'def safe(name):',
      '  try: return read(name)',
      '  except Exception as error: return None',
      'print(json.dumps([safe(name) for name in sys.stdin.read().split("\\n")]))',
    ].join('\n'),
  ])

const configparser = (args: string): Reader =>
  python(`
import configparser
def read(name):
  parser = configparser.RawConfigParser(strict=False, ${args})
  with open(name, encoding="utf-8-sig", newline=None) as file: parser.read_file(file)
  # The section DEFAULT shines through all others, and is read as one of its own.
  found = {"DEFAULT/" + key: str(value) for key, value in parser.defaults().items()}
  for section in parser.sections():
    for key, value in parser._sections[section].items(): found[section + "/" + key] = str(value)
  return found
`)

const lines = (text: string): readonly string[] => text.split('\n').filter(line => line !== '')

function pairs(list: readonly string[], sign: string): Read {
  return new Map(
    list.map(line => {
      const at = line.indexOf(sign)
      return at < 0 ? ([line, ''] as const) : ([line.slice(0, at), line.slice(at + sign.length)] as const)
    }),
  )
}

export const postfixKeys = [
  'relay_domains',
  'mail_name',
  'relayhost',
  'virtual_alias_maps',
  'smtpd_banner',
  'alias_maps',
] as const

/** The same words wherever blanks are. */
const words = (text: string): string => text.trim().replaceAll(/\s+/g, ' ')

const myPrintDefaults = (groups: readonly string[]): KnownReader => ({
  needs: { 'command -v my_print_defaults': 'mariadb-client' },
  read: one(file => {
    const found: [string, string][] = []
    for (const group of groups) {
      const { code, stdout } = said('my_print_defaults', [`--defaults-file=${file}`, group])
      if (code !== 0) return undefined
      // In their order, as two spellings of one key overrule each other.
      for (const [key = '', value = ''] of lines(stdout).map(line => line.split(/=(.*)/s)))
        found.push([
          `${group}/${key
            .replace(/^--/, '')
            .replaceAll('_', '-')
            .replace(/^loose-/, '')}`,
          value,
        ])
    }
    return new Map(found)
  }),
})

const gitConfig = (renamed: (name: string) => string): KnownReader => ({
  needs: { 'command -v git': 'git' },
  read: one(file => {
    const { code, stdout } = said('git', ['config', '-f', file, '--list', '-z', '--includes'])
    if (code !== 0) return undefined
    return new Map(
      stdout
        .split('\0')
        .filter(each => each !== '')
        .map(each => each.split(/\n(.*)/s))
        // A key that stands alone has no line end before its zero byte.
        .map(([key = '', value = '(alone)']) => [renamed(key), value] as const),
    )
  }),
})

export const readers = {
  sshd: {
    needs: { 'command -v sshd ssh-keygen': 'openssh-server' },
    read: one((file, folder) => {
      const key = join(folder, 'host-key')
      said('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key], 'n\n')
      mkdirSync('/run/sshd', { recursive: true })
      chmodSync(file, 0o600)
      const { code, stdout } = said('/usr/sbin/sshd', [
        ...['-T', '-f', file, '-h', key, '-C', 'user=nobody,host=h,addr=192.0.2.1'],
      ])
      if (code !== 0) return undefined
      // What may stand on several lines, such as AcceptEnv, is told as one list.
      const found = new Map<string, string>()
      for (const [name, value] of lines(stdout).map(line => line.split(/ (.*)/s) as [string, string]))
        found.set(name, found.has(name) ? `${found.get(name)}, ${value}` : value)
      return found
    }),
  },
  mysql: myPrintDefaults(['mysqld', 'client', 'other']),
  php: {
    needs: { 'command -v php': 'php-cli' },
    read: one(file => {
      const { code, stdout, stderr } = said('php', [
        ...['-c', file, '-r', 'echo json_encode(array_map("strval", ini_get_all(null, false)));'],
      ])
      if (code !== 0 || `${stdout}${stderr}`.includes('syntax error')) return undefined
      return new Map(Object.entries(JSON.parse(stdout) as Record<string, string>))
    }),
  },
  fpm: {
    needs: { 'command -v php': 'php-cli' },
    read: json('php', [
      ...['-n', '-d', 'display_errors=0', '-r'],
      `echo json_encode(array_map(function ($name) {
        // Of two sections of one name, this function forgets the first, which the pools of FPM do not.
        preg_match_all("/^[ \\t]*\\[[^\\]]*\\]/m", file_get_contents($name), $headers);
        $headers = array_map("trim", $headers[0]);
        if (count($headers) != count(array_unique($headers))) return null;
        $found = parse_ini_file($name, true, INI_SCANNER_NORMAL);
        if ($found === false) return null;
        $flat = new ArrayObject();
        foreach ($found as $section => $keys)
          if (is_array($keys)) foreach ($keys as $key => $value) $flat["$section/$key"] = is_array($value) ? json_encode($value) : strval($value);
          else $flat[$section] = strval($keys);
        return $flat;
      }, explode("\\n", stream_get_contents(STDIN))));`,
    ]),
  },
  postfix: {
    needs: { 'command -v postconf': 'postfix' },
    read: one((file, folder) => {
      const place = join(folder, 'postfix')
      mkdirSync(place, { recursive: true })
      const copy = join(place, 'main.cf')
      copyFileSync(file, copy)
      // Postfix waits until a file that was just written is two seconds old.
      utimesSync(copy, 1, 1)
      writeFileSync(join(place, 'master.cf'), '')
      const { code, stdout } = said('postconf', ['-c', place, ...postfixKeys])
      if (code !== 0) return undefined
      return new Map([...pairs(lines(stdout), ' =')].map(([key, value]) => [key, words(value)]))
    }),
  },
  samba: {
    needs: { 'command -v testparm': 'samba-common-bin' },
    read: one(file => {
      const { code, stdout, stderr } = said('testparm', ['-s', file])
      if (code !== 0 || stderr.includes('Ignoring') || stderr.includes('Unknown parameter')) return undefined
      const found = new Map<string, string>()
      let section = ''
      for (const line of lines(stdout)) {
        if (/^\[.*\]$/.test(line)) section = line.slice(1, -1).toLowerCase()
        else if (line.startsWith('\t')) {
          const [key = '', value = ''] = line.trim().split(/ = ?(.*)/s)
          found.set(`${section}/${key}`, words(value))
        }
      }
      return found
    }),
  },
  git: gitConfig(name => name),
  // As the others name the same keys.
  oneAndTwo: myPrintDefaults(['one', 'two', 'three']),
  gitLikeOthers: gitConfig(name => name.replace('.', '/')),
  python: {
    needs: { 'command -v /usr/bin/python3': 'python3-minimal' },
    read: configparser('allow_no_value=False'),
  },
  commented: {
    needs: { 'command -v /usr/bin/python3': 'python3-minimal' },
    read: configparser('inline_comment_prefixes=("#", ";")'),
  },
  supervisor: {
    needs: { 'command -v /usr/bin/python3': 'python3-minimal' },
    read: configparser('inline_comment_prefixes=(";", "#")'),
  },
  toml: {
    needs: { '/usr/bin/python3 -c "import tomllib"': 'python3 (3.11)' },
    read: python(`
import tomllib
def flat(value, path, found):
  if isinstance(value, dict):
    found["/".join(path) + "/"] = "table"
    for key, each in value.items(): flat(each, path + [key], found)
  elif isinstance(value, list) and value and isinstance(value[0], dict):
    for index, each in enumerate(value): flat(each, path + [str(index)], found)
  else: found["/".join(path)] = repr(value)
  return found
def read(name):
  with open(name, "rb") as file: return flat(tomllib.load(file), [], {})
`),
  },
  desktop: {
    needs: { '/usr/bin/python3 -c "from gi.repository import GLib"': 'python3-gi' },
    read: python(`
from gi.repository import GLib
def read(name):
  file = GLib.KeyFile()
  file.load_from_file(name, GLib.KeyFileFlags.KEEP_TRANSLATIONS)
  found = {}
  for group in file.get_groups()[0]:
    for key in file.get_keys(group)[0]: found[group + "/" + key] = file.get_value(group, key)
  return found
`),
  },
  sysctl: {
    needs: { 'sysctl --help | grep -q dry-run': 'procps (4)' },
    read: one(file => {
      const { stdout } = said('sysctl', ['--dry-run', '-p', file])
      return pairs(lines(stdout), ' = ')
    }),
  },
  shell: {
    needs: { 'command -v dash': 'dash' },
    read: one(file => {
      const { code, stdout } = said('env', [
        ...[
          '-i',
          'dash',
          '-c',
          'before=$(set); . "$1"; printf "%s\\0" "A=$A" "B=$B" "OPTS=$OPTS" "LONG_NAME=$LONG_NAME"',
        ],
        ...['sh', file],
      ])
      return code === 0
        ? pairs(
            stdout.split('\0').filter(each => each !== ''),
            '=',
          )
        : undefined
    }),
  },
} satisfies Readonly<Record<string, KnownReader>>

export type ReaderName = keyof typeof readers
