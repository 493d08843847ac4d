import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { cache, folderWith, type Outcome, program } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

const folder = fileURLToPath(new URL('../../docs/how-to', import.meta.url))
const pages = readdirSync(folder).sort()

/** The files of a page, and its commands with the exit code that each one tells of. */
function read(page: string) {
  const text = readFileSync(join(folder, page), 'utf8')
  const blocks = [...text.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```/gm)]
  const files = blocks.flatMap(([, , name, content = '']) => (name ? [[name, content] as const] : []))
  const commands = blocks.flatMap(([, language, , content = '']) =>
    language === 'console' ? content.split('\n').flatMap(line => /^\$ (.*)$/.exec(line)?.[1] ?? []) : [],
  )
  return { files, commands }
}

/** What the commands of a how-to show, by how they begin. */
const shows: Readonly<Record<string, readonly string[]>> = {
  'ops hosts': ['web1'],
  'ops history --most 5': ['shop'],
  'ops kept web1 /etc/rules': ['1 copy of files', '/etc/rules'],
  'ops recipes banner': ['text'],
  'ops show "$run"': ['9090'],
  'ops undo "$run" --dry-run': ['restored /etc/shop/port'],
  'ops run web1 -- systemctl list-timers': ['sweep.timer'],
  'ops check clock web1 #': ['/etc/clock.conf'],
}

/** And what their own comments say that they show. */
const saidOf = (command: string): readonly string[] => [
  ...(/#.*(nothing to do)/.exec(command)?.slice(1) ?? []),
  ...(/#.*\b(\d+ trips?)\b/.exec(command)?.slice(1) ?? []),
  ...Object.entries(shows).flatMap(([begin, words]) =>
    command.replace(/ +#/, ' #').startsWith(begin) ? words : [],
  ),
]

test('there are ten of them, each with commands', () => {
  expect(pages).toHaveLength(10)
  for (const page of pages) expect(read(page).commands.length, page).toBeGreaterThan(3)
})

describeReal('the how-tos', () => {
  const host = useHost({ name: 'web1' })

  test.each(pages)('%s does as it says', async page => {
    const { files, commands } = read(page)
    const project = folderWith(Object.fromEntries(files))
    onTestFinished(() => project.remove())
    const bin = join(project.path, '.bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'ops'), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`, { mode: 0o755 })
    // One shell for all of them, as a person has: what one sets is there for the next.
    const lines = commands.map(
      (command, at) => `{ ${command}\n} > .said/${at} 2>&1\necho "$?" >> .codes/${at}`,
    )
    for (const each of ['.codes', '.said']) mkdirSync(join(project.path, each))
    const whole = await shell(lines.join('\n'), project.path, {
      PATH: `${bin}:${process.env.PATH ?? ''}`,
      HOME: project.path,
      XDG_CACHE_HOME: cache,
      OPS_SSH_CONFIG: host().sshConfig,
    })
    const codes = commands.map((_, at) => Number(readFileSync(join(project.path, '.codes', `${at}`), 'utf8')))
    const told = commands.map(command => Number(/#.*exit code (\d+)/.exec(command)?.[1] ?? 0))
    const said = commands.map((_, at) => readFileSync(join(project.path, '.said', `${at}`), 'utf8'))
    expect(
      Object.fromEntries(commands.map((command, at) => [command, codes[at]])),
      [whole.stderr, ...said].join('\n'),
    ).toEqual(Object.fromEntries(commands.map((command, at) => [command, told[at]])))
    for (const [at, command] of commands.entries())
      for (const word of saidOf(command)) expect(said[at], command).toContain(word)
  })
})

function shell(script: string, cwd: string, env: Record<string, string>): Promise<Outcome> {
  return new Promise(resolve => {
    const child = execFile(
      'bash',
      ['-c', script],
      { cwd, env, maxBuffer: 1 << 26 },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr: stdout + stderr }),
    )
    child.stdin?.end()
  })
}
