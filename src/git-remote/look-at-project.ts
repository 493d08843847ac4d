/** Reads the project's repository: nothing is changed and nobody is asked on the network. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { inputError } from '../base/errors.ts'
import { localGit, saidBy } from './local-git.ts'
import type { Branch, LocalRemote, Project } from './project.ts'

/** @throws OpsError `input`: no git here, or no repository that git wants to read. */
export async function lookAtProject(folder: string): Promise<Project> {
  const git = await localGit(folder)
  const read = (...words: string[]): Promise<string> => git.raw(words)
  const place = await read(
    'rev-parse',
    '--is-bare-repository',
    '--is-inside-work-tree',
    '--is-shallow-repository',
    '--absolute-git-dir',
  ).catch((thrown: unknown) => {
    throw noRepository(folder, saidBy(thrown))
  })
  const [bare, inside, shallow, ...gitDirectory] = place.replace(/\n$/, '').split('\n')
  const isBare = bare === 'true'
  if (!isBare && inside !== 'true') {
    throw inputError(`${folder} is inside of a .git folder`, {
      next: 'Go to the folder of the project itself.',
    })
  }
  const top = isBare
    ? gitDirectory.join('\n')
    : (await read('rev-parse', '--show-toplevel')).replace(/\n$/, '')
  const tracked = isBare ? undefined : await localGit(top)
  const [head, refs, config, status, lfs] = await Promise.all([
    read('symbolic-ref', '--quiet', 'HEAD'),
    read('for-each-ref', '--format=%(objectname)%00%(refname)%00%(upstream)', 'refs/heads/', 'refs/tags/'),
    read('config', '--null', '--get-regexp', '^remote\\.'),
    tracked?.raw('status', '--porcelain', '-z', '--ignore-submodules=none', '--no-renames') ?? '',
    tracked?.raw('ls-files', '-z', '--', ':(attr:filter=lfs)') ?? '',
  ])
  const lines = refs.split('\n').filter(line => line !== '')
  return {
    folder: top,
    isBare,
    isShallow: shallow === 'true',
    checkedOut: /^refs\/heads\/(.+)\n$/s.exec(head)?.[1],
    branches: readBranches(lines),
    tags: readTags(lines),
    remotes: readRemotes(config),
    changedPaths: status.split('\0').filter(entry => entry !== '').length,
    hasSubmodules: existsSync(`${top}/.gitmodules`),
    lfsFiles: lfs.split('\0').filter(entry => entry !== '').length,
  }
}

function readBranches(lines: readonly string[]): ReadonlyMap<string, Branch> {
  return new Map(
    lines.flatMap(line => {
      const [commit = '', ref = '', upstream = ''] = line.split('\0')
      if (!ref.startsWith('refs/heads/')) return []
      const name = ref.slice('refs/heads/'.length)
      return [[name, { name, commit, upstream: upstream === '' ? undefined : upstream }]]
    }),
  )
}

function readTags(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap(line => {
      const [object = '', ref = ''] = line.split('\0')
      return ref.startsWith('refs/tags/') ? [[ref.slice('refs/tags/'.length), object]] : []
    }),
  )
}

/** Key, newline, value, NUL: the middle of the key is the remote's name, whatever it holds. */
function readRemotes(config: string): ReadonlyMap<string, LocalRemote> {
  const remotes = new Map<string, { urls: string[]; pushUrls: string[]; isOurs: boolean }>()
  for (const entry of config.split('\0')) {
    const newline = entry.indexOf('\n')
    const value = newline < 0 ? '' : entry.slice(newline + 1)
    const [, name, key] = /^remote\.(.+)\.([^.]+)$/s.exec(newline < 0 ? entry : entry.slice(0, newline)) ?? []
    if (name === undefined) continue
    const remote = remotes.get(name) ?? { urls: [], pushUrls: [], isOurs: false }
    remotes.set(name, remote)
    if (key === 'url') remote.urls.push(value)
    else if (key === 'pushurl') remote.pushUrls.push(value)
    else if (key === 'opsmade') remote.isOurs = value === 'true'
  }
  return remotes
}

function noRepository(folder: string, said: string): Error {
  if (/ENOENT/.test(said)) {
    return inputError('git was not found on this machine', {
      next: 'Install git, then run the same command again.',
    })
  }
  if (/dubious ownership/.test(said)) {
    return inputError(`${folder} belongs to another user, so git does not read it`, {
      said,
      next: 'Run as its owner, or trust it: `git config --global --add safe.directory FOLDER`.',
    })
  }
  if (/not a git repository/.test(said)) {
    const home = folder === homedir() ? ' This is your home folder.' : ''
    return inputError(`${folder} is not a git repository`, {
      next: `Go to the folder of a project; a new one begins with \`git init\` and a first commit.${home}`,
    })
  }
  return inputError(`git cannot read ${folder}`, { said, next: 'Fix that, then run again.' })
}
