/** What is known before anything is contacted: the project, the names, the branch; all that is wrong at once. */
import { basename } from 'node:path'
import { type ErrorData, InputErrors, inputError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { isSameHost, isSamePlace } from './decide.ts'
import { lookAtProject } from './look-at-project.ts'
import { nameProblem, pathBelow, plainBase, withoutGitSuffix } from './names.ts'
import { type Login, placesOf, resolveLogin } from './places.ts'
import type { Branch, Project } from './project.ts'
import { type RemotePlace, remoteUrl } from './remote-url.ts'
import type { GitRemoteQuestions, GitRemoteRequest } from './request.ts'

export interface Prepared {
  readonly project: Project
  readonly login: Login
  /** Where the repository is to be; may begin with `~/`. */
  readonly path: string
  readonly remote: string
  /** Where that remote leads now; undefined where there is none. */
  readonly remoteNow:
    | { readonly urls: readonly string[]; readonly places: readonly RemotePlace[] }
    | undefined
}

/** @throws OpsError or InputErrors, `input`; nothing was contacted. */
export async function prepare(request: GitRemoteRequest): Promise<Prepared> {
  const project = await lookAtProject(request.folder)
  const login = await resolveLogin(request)
  const name = request.name ?? withoutGitSuffix(basename(project.folder))
  const problem = nameProblem(name)
  if (problem !== undefined) {
    throw inputError(`the repository's name ${JSON.stringify(name)} ${problem}`, {
      next: 'Name it with --name.',
    })
  }
  return {
    project,
    login,
    path: pathBelow(plainBase(request.base), name),
    remote: request.remote,
    remoteNow: await remoteNow(project, request.remote, request),
  }
}

/** Where `~` most likely leads: the host says in its first answer whether it does. */
export function guessedPlace({ login, path }: Pick<Prepared, 'login' | 'path'>): {
  readonly path: string
  readonly home: string
} {
  const home = login.user === 'root' ? '/root' : `/home/${login.user}`
  return { path: path.startsWith('~/') ? `${home}${path.slice(1)}` : path, home }
}

/** Whether the remote can be judged before the host has said where `~` leads. */
export function isJudgeable({ login, path, remoteNow: now }: Prepared): boolean {
  const ours = login.place(path)
  return !path.startsWith('~/') || (now?.places.some(place => !isSameHost(place, ours)) ?? false)
}

/** The branch to push. @throws InputErrors when there is nothing that can be pushed. */
export function branchToPush(project: Project, asked: string | undefined): Branch {
  const errors: ErrorData[] = []
  const name = asked ?? project.checkedOut
  const branch = name === undefined ? undefined : project.branches.get(name)
  const known = [...project.branches.keys()]
  if (known.length === 0) {
    const next = 'Commit something first: `git add .` and `git commit`.'
    errors.push(inputError(`${project.folder} has no commits yet: there is nothing to push`, { next }).data)
  } else if (name === undefined) {
    const next = `Name the branch to push with --branch (${known.slice(0, 8).join(', ')}), or check one out.`
    errors.push(inputError('no branch is checked out (HEAD is detached)', { next }).data)
  } else if (!branch) {
    const next = `${didYouMean(name, known)}Branches are ${known.slice(0, 8).join(', ')}.`
    const what = asked === undefined ? `${name} has no commits yet` : `there is no branch ${name}`
    errors.push(inputError(what, { next }).data)
  }
  if (project.isShallow) {
    const next = 'Fetch the whole history first: `git fetch --unshallow`.'
    errors.push(
      inputError('this is a shallow clone, which cannot be pushed to a new repository', { next }).data,
    )
  }
  if (!branch || errors.length > 0) throw new InputErrors(errors)
  return branch
}

/**
 * Refuses a remote that leads elsewhere, or asks for another name. `home` is that of the user on the host.
 * @throws OpsError `input`
 */
export async function withFreeRemote(
  prepared: Prepared,
  request: GitRemoteRequest,
  questions: GitRemoteQuestions | undefined,
  at: { readonly path: string; readonly home: string },
): Promise<Prepared> {
  const { project, login, remote, remoteNow: now } = prepared
  if (now === undefined || isSamePlace(now.places, login.place(at.path), at.home)) return prepared
  const leads = now.urls.join(' and ')
  if (!questions) {
    const other = project.remotes.has(request.target.name) ? 'NAME' : request.target.name
    throw inputError(`the remote ${remote} leads to ${leads}`, {
      detail: `It was to lead to ${remoteUrl(request.urlHost, at.path)}.`,
      next: `Add another one with --remote ${/^[\w-]+$/.test(other) ? other : 'NAME'}, or rename that one: \`git remote rename ${remote} NEW\`.`,
    })
  }
  const next = await questions.remoteName(remote, leads)
  const again = { ...prepared, remote: next, remoteNow: await remoteNow(project, next, request) }
  return withFreeRemote(again, request, questions, at)
}

async function remoteNow(
  project: Project,
  remote: string,
  { target }: GitRemoteRequest,
): Promise<Prepared['remoteNow']> {
  const { urls = [], pushUrls = [] } = project.remotes.get(remote) ?? {}
  return urls.length + pushUrls.length === 0 ? undefined : placesOf(project, remote, target)
}
