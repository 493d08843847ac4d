/** Resolves where remotes lead, as `ssh` would: two names of one host are one place. */
import { userInfo } from 'node:os'
import { inputError } from '../base/errors.ts'
import { resolveHost } from '../transport/ssh-config.ts'
import type { ConnectTarget } from '../transport/transport.ts'
import { localGit } from './local-git.ts'
import type { Project } from './project.ts'
import { type RemotePlace, readRemoteUrl } from './remote-url.ts'
import type { GitRemoteRequest } from './request.ts'

/** The user that logs in and pushes, and the host by its real name. */
export interface Login {
  readonly user: string
  readonly place: (path: string) => RemotePlace
}

/** Contacts nothing: asks `ssh -G`. */
export async function resolveLogin({ target, urlHost }: GitRemoteRequest): Promise<Login> {
  if (urlHost.kind === 'local') {
    return { user: userInfo().username, place: path => ({ kind: 'file', path }) }
  }
  const { hostname, user, port } = await resolveHost(target)
  return { user, place: path => ({ kind: 'ssh', host: hostname, user, port, path }) }
}

/** Where the remote leads for fetches and pushes, after `url.*.insteadOf`; with the URLs as people know them. */
export async function placesOf(
  project: Project,
  remote: string,
  target: ConnectTarget,
): Promise<{ readonly urls: readonly string[]; readonly places: readonly RemotePlace[] }> {
  const git = await localGit(project.folder)
  const listed = await Promise.all([
    git.raw('remote', 'get-url', '--all', remote).catch(() => ''),
    git.raw('remote', 'get-url', '--push', '--all', remote).catch(() => ''),
  ])
  const effective = listed.flatMap(text => text.split('\n').filter(line => line !== ''))
  const urls = [...new Set(effective.length > 0 ? effective : (project.remotes.get(remote)?.pushUrls ?? []))]
  return { urls, places: await Promise.all(urls.map(url => resolved(url, target))) }
}

/** @throws OpsError `input` where `url.*.insteadOf` would lead our URL elsewhere. */
export async function assertNotRewritten(project: Project, url: string): Promise<void> {
  const git = await localGit(project.folder)
  const answer = (await git.raw('ls-remote', '--get-url', url)).replace(/\n$/, '')
  if (answer === url) return
  throw inputError(`your git config turns ${url} into ${answer}`, {
    next: 'See `git config --show-origin --get-regexp ^url`: take that rule away, or write the host in another way.',
  })
}

async function resolved(url: string, { sshConfigFile }: ConnectTarget): Promise<RemotePlace> {
  const place = readRemoteUrl(url)
  if (place.kind !== 'ssh') return place
  try {
    const { hostname, user, port } = await resolveHost({
      name: place.host,
      destination: place.host,
      ...(place.user !== undefined && { user: place.user }),
      ...(place.port !== undefined && { port: place.port }),
      ...(sshConfigFile !== undefined && { sshConfigFile }),
    })
    return { ...place, host: hostname, user, port }
  } catch {
    // A name that ssh must not see leads elsewhere for sure.
    return { kind: 'other' }
  }
}
