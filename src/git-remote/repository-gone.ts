/** Takes a repository away again, as long as it holds what was seen in it and nothing more. */

import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { directoryChangeLibrary } from '../resources/directory/change.ts'
import { libraryOf } from '../shell/library.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { gitAsOwnerLibrary } from './as-owner.ts'
import gitGoneText from './git-gone.sh'
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
const repositoryGoneLibrary = libraryOf('git-gone', gitGoneText, 'apply')

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
  library: [
    wayLibrary,
    gitAsOwnerLibrary,
    directoryChangeLibrary,
    repositoryLookLibrary,
    repositoryGoneLibrary,
  ],
  probe: ({ user, path }) => sh`ops_git_server ${user} ${path}`,
  parse: observation => {
    const { state, isAside } = readRepositoryLook(observation)
    return { state: state === 'absent' && !isAside ? 'absent' : 'present' }
  },
  desired: () => ({ state: 'absent' }),
  apply: (_change, { path, refs }) => [sh`ops_git_gone ${path} ${refs}`],
  owns: ({ path }) => [`path:${path}`],
})
