/** The tools that are put to the same faults side by side, each with the same job in its own words. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Reached } from '../../../bench/contender.ts'
import { ansible, playbookRun } from '../../../bench/contenders/ansible.ts'
import { bootstrapRun, mise } from '../../../bench/contenders/mise.ts'
import { program } from '../../cli/run-ops.ts'
import { directoryIs, fileIs, type PathVersions } from './path-state.ts'

/** A tool that can do the job. */
export interface PeerTool {
  readonly name: string
  /** What it lacks here; undefined when it can take part. */
  missing(): string | undefined
  command(host: Reached): Command
}

const text = (index: number, generation: string): string =>
  Array.from({ length: 60 }, (_, line) => `${generation} setting_${line} of file ${index}\n`).join('')

const files = Array.from({ length: 12 }, (_, index) => ({ path: `/etc/peers/file${index}.conf`, index }))

/** One folder and twelve files; every second one is there before, with old text. */
export const peerPaths: readonly PathVersions[] = [
  { path: '/etc/peers', before: directoryIs('755'), after: directoryIs('755') },
  ...files.map(({ path, index }) => ({
    path,
    ...(index % 2 === 0 && { before: fileIs(text(index, 'old'), '644') }),
    after: fileIs(text(index, 'new'), '644'),
  })),
]

const wanted = files.map(({ path, index }) => ({ path, content: text(index, 'new') }))

const ops: PeerTool = {
  name: 'ops',
  missing: () => undefined,
  command({ name, sshConfig, folder }) {
    mkdirSync(join(folder, 'recipes'), { recursive: true })
    writeFileSync(
      join(folder, 'recipes/peers.ts'),
      `import { directory, file, recipe } from 'ops-recipes'
const files = ${JSON.stringify(wanted)}
export default recipe({
  summary: 'Twelve files.',
  params: {},
  steps: () => [directory({ path: '/etc/peers', mode: '0755' }), files.map(each => file({ ...each, mode: '0644' }))],
})
`,
    )
    return {
      argv: [process.execPath, program, 'apply', 'peers', name, '--yes', '-F', sshConfig],
      cwd: folder,
      env: { HOME: folder },
    }
  },
}

const tasks = [
  { 'ansible.builtin.file': { path: '/etc/peers', state: 'directory', mode: '0755' } },
  ...wanted.map(({ path, content }) => ({ 'ansible.builtin.copy': { dest: path, content, mode: '0644' } })),
]

const bootstrap = [
  '[settings]\nexperimental = true\n[bootstrap.directories."/etc/peers"]\nmode = "0755"',
  ...wanted.map(
    ({ path, content }) => `[bootstrap.files."${path}"]\nmode = "0644"\ncontent = ${JSON.stringify(content)}`,
  ),
].join('\n')

export const peerTools: readonly PeerTool[] = [
  ops,
  { name: ansible.name, missing: ansible.missing, command: host => playbookRun(host, tasks) },
  { name: mise.name, missing: mise.missing, command: host => bootstrapRun(host, bootstrap) },
]

/** Of the hosts: what the tools need there. */
export const peerBinds = mise.missing() === undefined ? (mise.binds ?? []) : []
