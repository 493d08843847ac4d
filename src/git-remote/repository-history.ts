/** What only the host can tell of its commits: the first ones, and which branches of this project it holds whole. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { joinShell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { gitAsOwnerLibrary } from './as-owner.ts'

const params = z.strictObject({
  path: z.string(),
  branches: z.array(z.strictObject({ name: z.string(), commit: z.string() })),
})

/** Two repositories that share a first commit are of the same project. */
export interface RepositoryHistory {
  readonly roots: readonly string[]
  /** By branch that the host holds whole: how many commits more it has. */
  readonly more: ReadonlyMap<string, number>
}

/** Asked only where the host holds commits that are not known here: on a large repository it takes seconds. */
export const repositoryHistory = resource({
  type: 'history',
  doc: 'Reads the first commits of a repository, and which branches it holds whole.',
  params,
  examples: [
    { title: 'One repository', params: { path: '/srv/git/app.git', branches: [] } },
    {
      title: 'With a branch',
      params: { path: '/srv/git/site.git', branches: [{ name: 'main', commit: '1'.repeat(40) }] },
    },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, gitAsOwnerLibrary],
  probe: ({ path, branches }) =>
    joinShell([
      sh`ops_roots=$(ops_git_as_owner ${path} rev-list --max-parents=0 --branches --tags) || exit 1`,
      sh`[ -z "$ops_roots" ] || printf '%s\n' "$ops_roots" | sed 's/^/root=/'`,
      ...branches.map(({ name, commit }) => {
        const ref = `refs/heads/${name}`
        return sh`if ops_git_as_owner ${path} merge-base --is-ancestor ${commit} ${ref} 2>/dev/null &&
            ops_more=$(ops_git_as_owner ${path} rev-list --count ${`${commit}..${ref}`}); then
            printf 'more=%s %s\n' "$ops_more" ${name}
          fi`
      }),
    ]),
  parse: observation => ({ roots: readRepositoryHistory(observation).roots.join(' ') }),
  desired: () => ({}),
  owns: () => [],
})

/** Reads what the probe printed. */
export function readRepositoryHistory(observation: string): RepositoryHistory {
  const lines = observation.split('\n')
  return {
    roots: lines.flatMap(line => /^root=([0-9a-f]+)$/.exec(line)?.[1] ?? []),
    more: new Map(
      lines.flatMap(line => {
        const [, count, name] = /^more=(\d+) (.+)$/.exec(line) ?? []
        return count !== undefined && name !== undefined ? [[name, Number(count)] as const] : []
      }),
    ),
  }
}
