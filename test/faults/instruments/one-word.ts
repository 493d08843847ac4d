/** The smallest job: one file with a word in it, for faults that strike before a host is worked on. */
import type { Host } from '../../hosts/host.ts'
import { fileIs, type PathVersions } from './path-state.ts'

export const oneWord = {
  'recipes/word.ts': `
import { file, recipe } from 'ops-recipes'

export default recipe({
  summary: 'A word.',
  params: {},
  steps: () => [file({ path: '/etc/word', content: 'word\\n', mode: '0644' })],
})
`,
}

export const wordPaths: readonly PathVersions[] = [{ path: '/etc/word', after: fileIs('word\n', '644') }]

export async function resetWord(host: Host): Promise<void> {
  await host.read('rm -rf /etc/word /var/lib/ops/kept')
}
