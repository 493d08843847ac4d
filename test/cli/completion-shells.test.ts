/** Completion as a person has it: a key typed into the real shells, in a terminal. */
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../needs.ts'
import { writeFiles } from '../temporary-folder.ts'
import { type Folder, folderWith, program } from './run-ops.ts'
import { Terminal } from './terminal.ts'

const recipe = `import { recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'S',
  params: { mode: z.enum(['fast', 'slow']).default('fast'), word: z.enum(["it's so", 'other']).default('other') },
  steps: () => [],
})
`

/** What is typed, and what the line is once the key for completion was hit. */
const lines = [
  ['ops pla', 'ops plan'],
  ['ops plan tw', 'ops plan two'],
  ['ops plan two --mo', 'ops plan two --mode'],
  ['ops plan two --mode f', 'ops plan two --mode fast'],
  ['ops plan two --mode=s', 'ops plan two --mode=slow'],
  ['ops plan two --transport o', 'ops plan two --transport openssh'],
  ['ops plan two firs', 'ops plan two first-host'],
  ['ops run -F other-c', 'ops run -F other-config'],
  ['ops run -F other-config onl', 'ops run -F other-config only-here'],
  ['ops plan two --identity my-k', 'ops plan two --identity my-key'],
  ['ops plan ./recipes/t', 'ops plan ./recipes/two.ts'],
  ['ops run first-host -- cat my-k', 'ops run first-host -- cat my-key'],
] as const

const shells = [
  ['bash', 'bash --norc --noprofile -i', 'eval "$(ops completion bash)"'],
  ['zsh', 'zsh -f -i', 'autoload -U compinit; compinit -u -D; eval "$(ops completion zsh)"'],
  ['fish', 'fish --no-config', 'set -g fish_autosuggestion_enabled 0; ops completion fish | source'],
] as const

let folder: Folder
beforeAll(() => {
  folder = folderWith({
    'recipes/two.ts': recipe,
    'ops.ini': '[hosts]\nfirst-host = 192.0.2.1\nother = 192.0.2.2\n',
    'other-config': 'Host only-here\n  HostName 192.0.2.7\n',
    'my-key': '',
  })
  writeFiles(folder.path, { 'bin/ops': `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n` })
  chmodSync(join(folder.path, 'bin/ops'), 0o755)
})
afterAll(() => folder.remove())

describeWith('tmux')('completion', () => {
  for (const [shell, command, setUp] of shells) {
    describeWith(shell)(`in ${shell}`, () => {
      test('knows verbs, recipes, flags, values, hosts of any -F, and files', async () => {
        // A login shell of the terminal would set a PATH of its own.
        const path = `${join(folder.path, 'bin')}:${process.env.PATH}`
        const terminal = new Terminal(folder.path, `PATH='${path}' ${command}`)
        try {
          terminal.type(`${setUp}; echo is re""ady`, 'Enter')
          await terminal.shows('is ready')
          for (const [index, [typed, line]] of lines.entries()) {
            // Told apart from the lines before it, and never run.
            const mark = `true ${index + 100}; `
            terminal.type(`${mark}${typed}`, 'Tab')
            expect(await terminal.shows(`${mark}${line}`)).toContain(`${mark}${line}`)
            terminal.type('C-u')
          }
        } finally {
          terminal.close()
        }
      })
    })
  }
})
