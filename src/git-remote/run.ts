/** `ops git-remote`: both sides are looked at, then decided on, and only then is either touched. */
import type { Emit } from '../run/events.ts'
import type { Interrupt } from '../run/interrupt.ts'
import type { HostPlan } from '../run/plan.ts'
import { quote } from '../shell/quote.ts'
import { decide, type Wanted } from './decide.ts'
import { HostSide } from './host-side.ts'
import { isRelated, type Relation, relationOf, strangeBranches } from './kinship.ts'
import type { NetworkAccess } from './local-git.ts'
import { localPlanSteps } from './local-plan.ts'
import { localSteps } from './local-side.ts'
import { lookAtHost } from './look-at-host.ts'
import { type Install, installOf } from './missing-git.ts'
import { assertNotRewritten } from './places.ts'
import { branchToPush, guessedPlace, isJudgeable, type Prepared, prepare, withFreeRemote } from './prepare.ts'
import type { Branch, Kinship, Project } from './project.ts'
import { remoteUrl } from './remote-url.ts'
import { readRepositoryHistory, repositoryHistory } from './repository-history.ts'
import type { RepositoryLook } from './repository-look.ts'
import type { GitRemoteQuestions, GitRemoteRequest } from './request.ts'
import { RunRecord, type RunResult } from './run-record.ts'

export interface GitRemoteRun {
  readonly emit: Emit
  readonly interrupt: Interrupt
  /** Asked once with the whole plan; left out: go on without asking. */
  readonly confirm?: (plans: readonly HostPlan[]) => Promise<boolean>
  readonly questions?: GitRemoteQuestions
  /** How git reaches the host, asked once ops itself was logged in. */
  readonly ssh: () => SshForGit
}

export interface SshForGit {
  /** `ssh` as git is to run it; undefined for this machine itself. */
  readonly command: string | undefined
  /** Runs git while ssh may ask a person on the terminal. */
  readonly aside: <Result>(work: () => Promise<Result>) => Promise<Result>
}

/** @throws OpsError or InputErrors, `input`: nothing was contacted then. All else is in the result and in events. */
export async function runGitRemote(request: GitRemoteRequest, run: GitRemoteRun): Promise<RunResult> {
  const first = await prepare(request)
  const branch = branchToPush(first.project, request.branch)
  const guess = guessedPlace(first)
  await assertNotRewritten(first.project, remoteUrl(request.urlHost, guess.path))
  const prepared = isJudgeable(first) ? await withFreeRemote(first, request, run.questions, guess) : first
  const record = new RunRecord(request.target.name, run)
  const host = new HostSide(request.target, request.become, record.emit)
  const work = new GitRemoteWork(request, run, record, host, branch)
  try {
    return await record.closing(
      () => work.go(prepared),
      () => host.trips,
    )
  } finally {
    await host.close()
  }
}

/** One run, once its input is known to be good. */
class GitRemoteWork {
  readonly #request: GitRemoteRequest
  readonly #run: GitRemoteRun
  readonly #record: RunRecord
  readonly #host: HostSide
  readonly #branch: Branch

  constructor(
    request: GitRemoteRequest,
    run: GitRemoteRun,
    record: RunRecord,
    host: HostSide,
    branch: Branch,
  ) {
    this.#request = request
    this.#run = run
    this.#record = record
    this.#host = host
    this.#branch = branch
  }

  /** `mayGoOn`: the plan was told and agreed to before git was installed. */
  async go(before: Prepared, mayGoOn = false): Promise<void> {
    const request = this.#request
    const { questions, interrupt } = this.#run
    const { look, plan } = await lookAtHost(this.#host, request, before, this.#branch.name)
    const prepared = await withFreeRemote(before, request, questions, look)
    const { project } = prepared
    const wanted = this.#wanted(prepared, look.path, look.user)
    const relation = await relationOf(project, look.refs)
    const decision = decide(wanted, project, look, await this.#kinship(project, look, relation))
    const missing = look.gitVersion === undefined ? await installOf(request, questions, look) : undefined
    const refusals = [
      ...('refusals' in decision ? decision.refusals : []),
      ...(missing && 'refusals' in missing ? missing.refusals : []),
    ]
    if (refusals.length > 0 || 'refusals' in decision) return this.#record.refuse(refusals)

    const install = missing && 'install' in missing ? missing.install : undefined
    const planned = plan(decision.work)
    const hostSteps = planned.slice(1)
    const { access, stop } = this.#access()
    try {
      const steps = localSteps(wanted, decision.work, project, access)
      const told = [
        ...(install ? [install.plan] : []),
        ...hostSteps.map(each => each.plan),
        ...localPlanSteps(wanted, decision.work, project, steps),
      ]
      const errors = install ? [] : hostSteps.flatMap(each => each.error ?? [])
      if (!mayGoOn && !(await this.#record.planned(told, errors))) return
      if (install) return (await this.#installed(install)) ? this.go(prepared, true) : undefined
      if (!(await this.#record.applied(this.#host, planned, interrupt))) return
      await this.#record.locally(steps, interrupt)
      if (this.#record.hasChanged) this.#record.note(farewell(wanted, request))
    } finally {
      stop()
    }
  }

  #wanted({ remote }: Prepared, path: string, user: string): Wanted {
    const { target, urlHost, all, tags, track, become } = this.#request
    return {
      host: target.name,
      url: remoteUrl(urlHost, path),
      remote,
      branch: this.#branch,
      all,
      tags,
      track,
      becomes: become !== undefined && become.user !== user,
    }
  }

  /** Asks the host for what cannot be told on this machine. */
  async #kinship(project: Project, { path, refs }: RepositoryLook, relation: Relation): Promise<Kinship> {
    if (!relation.hasUnknown) return { ...relation, isRelated: true }
    const branches = strangeBranches(project, relation, refs).map(({ name, commit }) => ({ name, commit }))
    const [answer] = (await this.#host.look([repositoryHistory({ path, branches })])).observations
    if (answer?.code !== 0) return { ...relation, isRelated: false }
    const { roots, more } = readRepositoryHistory(answer.bytes.toString('utf8'))
    const behind = [...more].map(([name, there]) => [name, { here: 0, there }] as const)
    return {
      ...relation,
      apart: new Map([...relation.apart, ...behind]),
      isRelated: await isRelated(project, roots),
    }
  }

  #access(): { readonly access: NetworkAccess; readonly stop: () => void } {
    const { interrupt, ssh } = this.#run
    const { command, aside } = ssh()
    const controller = new AbortController()
    const stop = interrupt.listen(level => {
      if (level === 'hard') controller.abort()
    })
    return {
      access: {
        sshCommand: command,
        aside,
        signal: controller.signal,
        isStopping: () => interrupt.level !== 'none',
        onOutput: text => this.#record.output(text),
      },
      stop,
    }
  }

  async #installed({ steps, become }: Install): Promise<boolean> {
    const side = new HostSide(this.#request.target, become, this.#record.emit)
    try {
      const planned = side.plan(steps, await side.look(steps, true))
      const errors = planned.flatMap(each => each.error ?? [])
      if (errors.length > 0) this.#record.refuse(errors)
      return errors.length === 0 && (await this.#record.applied(side, planned, this.#run.interrupt))
    } finally {
      await side.close()
    }
  }
}

/** What is true now, and what plain git needs to get there on its own. */
function farewell({ url, remote, branch }: Wanted, { target }: GitRemoteRequest): string {
  const { sshConfigFile, identityFile } = target
  const flags = [
    ...(sshConfigFile === undefined ? [] : ['-F', sshConfigFile]),
    ...(identityFile === undefined ? [] : ['-i', identityFile, '-o', 'IdentitiesOnly=yes']),
  ]
  const own =
    flags.length === 0
      ? ''
      : `; plain git needs your flags too: git config core.sshCommand ${quote(['ssh', ...flags.map(quote)].join(' '))}`
  return `${branch.name} is at ${url}, the remote ${remote}${own}`
}
