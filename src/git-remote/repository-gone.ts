/** Takes a repository away again, as long as it holds what was seen in it and nothing more. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { library } from '../shell/library.ts'
import { sh } from '../shell/sh.ts'
import { readRepositoryLook, repositoryLookLibrary } from './repository-look.ts'

const params = z.strictObject({
  user: z.string(),
  path: z.string(),
  /** What it may hold, as `OBJECT REF` lines in the order of git. */
  refs: z.string(),
})

/**
 * `ops_git_gone PATH REFS`: first out of the way, so that no push reaches it any more, then looked at once more.
 * A run that is killed in between leaves it aside, where the next look finds it.
 */
const repositoryGoneLibrary = library('git-gone', 'apply')`
  ops_git_gone() {
    ops_aside=\${1%/*}/.\${1##*/}.ops-undo
    if [ -e "$1" ]; then mv -- "$1" "$ops_aside"; fi
    ops_refs=$(git --git-dir="$ops_aside" for-each-ref --format='%(objectname) %(refname)') &&
      [ "$ops_refs" = "$2" ] || {
        mv -- "$ops_aside" "$1" && echo "ops: $1: something else was pushed meanwhile; it was put back" >&2
        return 1
      }
    rm -rf -- "$ops_aside"
  }
`

/** The repository is not there. */
export const repositoryGone = resource<z.output<typeof params>, z.input<typeof params>>({
  type: 'repositoryGone',
  doc: 'Removes a bare repository that holds what was seen in it and nothing more.',
  params,
  examples: [
    { title: 'An empty one', params: { user: 'deploy', path: '/srv/git/app.git', refs: '' } },
    { title: 'Another', params: { user: 'git', path: '/srv/git/site.git', refs: '' } },
  ],
  identity: ({ path }) => path,
  library: [repositoryLookLibrary, repositoryGoneLibrary],
  probe: ({ user, path }) => sh`ops_git_server ${user} ${path}`,
  parse: observation => {
    const { state, isAside } = readRepositoryLook(observation)
    return { state: state === 'absent' && !isAside ? 'absent' : 'present' }
  },
  desired: () => ({ state: 'absent' }),
  apply: (_change, { path, refs }) => [sh`ops_git_gone ${path} ${refs}`],
  owns: ({ path }) => [`path:${path}`],
})
