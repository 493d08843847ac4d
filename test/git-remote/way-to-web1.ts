/** How a test runs `ops git-remote` towards a host that is called web1, and a third machine that clones from there. */
import { readFileSync } from 'node:fs'
import { beforeAll } from 'vitest'
import type { Host } from '../hosts/host.ts'
import { useHosts } from '../hosts/use-hosts.ts'
import { TestProject } from './project.ts'

export interface WayToWeb1 {
  readonly project: (name: string) => TestProject
  /** The words of a run as deploy, who may use sudo and does not need it here. */
  readonly words: (...more: string[]) => string[]
  /** The same, for a repository in deploy's home. */
  readonly inHome: (...more: string[]) => string[]
}

export function wayTo(web1: () => Host): WayToWeb1 {
  const words = (...more: string[]) => ['web1-deploy', '-F', web1().sshConfig, '--yes', ...more]
  return {
    project: name => new TestProject(name, web1().sshConfig),
    words,
    inHome: (...more) => words('--base', '~/git', ...more),
  }
}

/** web1 and the third machine, which logs in to web1 on its own; `fromThird` is the URL of a folder of web1 for it. */
export function useWeb1AndThird() {
  const hosts = useHosts({ names: ['web1', 'third'], withPackages: ['git'] })
  const at = (place: number) => () => {
    const host = hosts()[place]
    if (host === undefined) throw new Error('the hosts are there only while tests run')
    return host
  }
  const [web1, third] = [at(0), at(1)]
  beforeAll(async () => {
    const key = readFileSync(web1().keyFile, 'utf8')
    await third().read('umask 077; mkdir -p ~/.ssh; cat > ~/.ssh/id_ed25519', { input: key })
    await third().read('cat > ~/.ssh/known_hosts', { input: readFileSync(web1().knownHosts, 'utf8') })
  })
  const fromThird = (path: string) => `ssh://deploy@${web1().address}${encodeURI(path)}`
  return { web1, third, fromThird, ...wayTo(web1) }
}
