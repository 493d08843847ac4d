/** Takes a repository away again, as long as it holds what was seen in it and nothing more. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { directoryLibrary } from '../resources/directory/change.ts'
import { library } from '../shell/library.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { gitAsOwnerLibrary } from './as-owner.ts'
import { readRepositoryLook, repositoryLookLibrary } from './repository-look.ts'

const params = z.strictObject({
  user: z.string(),
  path: z.string(),
  /** What it may hold, as `OBJECT REF` lines in the order of git. */
  refs: z.string(),
})

/**
 * `ops_git_gone PATH REFS`: first out of the way, so that no push reaches it any more, then looked at once more.
 * A run that is killed in between leaves it aside, where the next look finds it. All of it from inside the folder, which may
 * belong to a user who is at work there.
 */
const repositoryGoneLibrary = library('git-gone', 'apply')`
  ops_git_gone() (
    ops_a=\${1%/*} ops_name=\${1##*/}
    ops_go "\${ops_a:-/}" || { echo "ops: $1: $ops_why; nothing was changed" >&2; exit 1; }
    ops_aside=.$ops_name.ops-undo
    if [ -e "./$ops_name" ]; then mv -T -- "./$ops_name" "./$ops_aside"; fi
    ops_refs=$(ops_git_as_owner "\${ops_dir%/}/$ops_aside" for-each-ref --format='%(objectname) %(refname)') &&
      [ "$ops_refs" = "$2" ] || {
        mv -T -- "./$ops_aside" "./$ops_name" && echo "ops: $1: something else was pushed meanwhile; it was put back" >&2
        exit 1
      }
    ops_empty "$ops_aside"
  )
`

/** The repository is not there. */
export const repositoryGone = resource({
  type: 'repositoryGone',
  doc: 'Removes a bare repository that holds what was seen in it and nothing more.',
  params,
  examples: [
    { title: 'An empty one', params: { user: 'deploy', path: '/srv/git/app.git', refs: '' } },
    { title: 'Another', params: { user: 'git', path: '/srv/git/site.git', refs: '' } },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, gitAsOwnerLibrary, directoryLibrary, repositoryLookLibrary, repositoryGoneLibrary],
  probe: ({ user, path }) => sh`ops_git_server ${user} ${path}`,
  parse: observation => {
    const { state, isAside } = readRepositoryLook(observation)
    return { state: state === 'absent' && !isAside ? 'absent' : 'present' }
  },
  desired: () => ({ state: 'absent' }),
  apply: (_change, { path, refs }) => [sh`ops_git_gone ${path} ${refs}`],
  owns: ({ path }) => [`path:${path}`],
})
