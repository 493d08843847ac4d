/** What a project of docker compose says of a host that cannot have it yet, and beside the plan. */
import type { Need, Partly } from '../../engine/resource.ts'
import { programFolders } from '../paths/program-folders.ts'
import type { ComposeParams } from './params.ts'
import type { ComposeState } from './state.ts'

type Found = Partly<ComposeState>

const packages = /^(docker|podman)([.-]|$)/

const howToHaveIt =
  'Put a step before it that installs the Docker engine and compose: the packages docker.io, docker-cli and docker-compose of Debian 13, docker.io and docker-compose-v2 of Ubuntu, or docker-ce and docker-compose-plugin of the repository of Docker itself.'

/** What has to be there first; an earlier step may bring it. */
export function composeNeeds({ program, engine, lacks }: Found, { path }: ComposeParams): Need | undefined {
  if (program !== undefined)
    return { what: programWords(String(program)), packages, by: programFolders, next: howToHaveIt }
  if (engine !== undefined)
    return {
      what: `no answer of the Docker engine: ${engine}`,
      packages,
      by: ['unit:docker', 'unit:docker.socket'],
      next: "Look at `systemctl status docker`, or put a step service({ unit: 'docker', running: true }) before it.",
    }
  if (lacks === undefined) return undefined
  const what =
    lacks === 'no compose file' ? `${lacks} in ${path}` : `no project in ${path} that compose takes: ${lacks}`
  return {
    what,
    by: [`path:${path}/`],
    next: 'Correct it, or put the step that brings the missing file before this one.',
  }
}

function programWords(program: string): string {
  if (program === 'none') return 'no docker'
  if (program === 'podman')
    return 'no Docker engine: docker is podman here, which this resource does not drive'
  return program === 'docker'
    ? 'no docker compose, although there is docker'
    : `no docker compose of version 2 or later: docker-compose is ${program}, which is no longer maintained`
}

/** For people: what was found and is no difference. */
export function composeNotes(found: Found, given: ComposeParams): readonly string[] {
  const { unset, gone, newer, built, orphans } = found
  const isEnvNew =
    given.env !== undefined && found['.env'] !== undefined && String(found['.env']).startsWith('not ')
  return [
    ...(unset === undefined ? [] : [`not set, and empty in the compose file: ${unset}`]),
    ...(gone === undefined
      ? []
      : [
          `not on the host yet, ${given.pull === 'never' ? 'and never pulled' : 'and pulled or built by the apply'}: ${gone}`,
        ]),
    ...(built === undefined
      ? []
      : [
          `with \`build\`: ${built}; an image that is there is not built anew when its sources change: \`docker compose build\` does that, and this step then brings it`,
        ]),
    ...(newer === undefined ? [] : [`newer at its registry: ${newer}; its services may get another image`]),
    ...(orphans === undefined || orphans === 'none' || given.removeOrphans
      ? []
      : [`not in the compose file, and left alone: ${orphans} (removeOrphans: true takes them away)`]),
    ...(isEnvNew && /\benv_file\b/.test(given.content ?? 'env_file')
      ? ['.env changes: services that read it by env_file may change, too']
      : []),
  ]
}
