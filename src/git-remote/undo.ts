/** `ops git-remote --undo`: takes away what a run made, while the host holds nothing more than what is here. */
import type { Step } from '../engine/step.ts'
import { isSamePlace } from './decide.ts'
import { decideUndo } from './decide-undo.ts'
import { HostSide } from './host-side.ts'
import { relationOf, unsavedRefs } from './kinship.ts'
import type { LocalStep } from './local-side.ts'
import { removeRemote } from './local-side.ts'
import { readLook } from './look-at-host.ts'
import { type Prepared, prepare } from './prepare.ts'
import { repositoryGone } from './repository-gone.ts'
import { type RepositoryLook, repositoryLook } from './repository-look.ts'
import type { GitRemoteRequest } from './request.ts'
import type { GitRemoteRun } from './run.ts'
import { RunRecord, type RunResult } from './run-record.ts'

/** @throws OpsError or InputErrors, `input`: nothing was contacted then. */
export async function undoGitRemote(request: GitRemoteRequest, run: GitRemoteRun): Promise<RunResult> {
  const prepared = await prepare(request)
  const record = new RunRecord(request.target.name, run)
  const host = new HostSide(request.target, request.become, record.emit)
  try {
    return await record.closing(
      () => undo(request, run, prepared, record, host),
      () => host.trips,
    )
  } finally {
    await host.close()
  }
}

async function undo(
  request: GitRemoteRequest,
  run: GitRemoteRun,
  prepared: Prepared,
  record: RunRecord,
  host: HostSide,
): Promise<void> {
  const { project, login, path, remote } = prepared
  const { name } = request.target
  const first = await host.look([repositoryLook({ user: login.user, path })])
  const look = readLook(first.observations[0], first.complaints[0], name, path)
  const relation = await relationOf(project, look.refs)
  const unsaved = await unsavedRefs(project, look.refs, relation.known)
  const decision = decideUndo(name, remoteToUndo(prepared, look), look, {
    ...relation,
    isRelated: true,
    unsaved,
  })
  if ('refusals' in decision) return record.refuse(decision.refusals)
  const { work } = decision
  const refs = [...look.refs].map(([ref, object]) => `${object} ${ref}`).join('\n')
  const steps: readonly Step[] = [
    { ...repositoryGone({ user: login.user, path: look.path, refs }), where: undefined },
  ]
  // The same probe: what was seen is what the batch holds the host against.
  const planned = host.plan(steps, first)
  const local: LocalStep = {
    kind: 'remote',
    name: `remote ${remote}`,
    isNeeded: work.removesRemote,
    run: () => removeRemote(project, name, remote),
  }
  const told = [
    ...planned.map(each => each.plan),
    {
      name: local.name,
      status: local.isNeeded ? ('change' as const) : ('ok' as const),
      changes: local.isNeeded ? [{ key: 'remote', from: 'present', to: 'absent' }] : [],
      because: [],
      notes: work.notes,
    },
  ]
  if (
    !(await record.planned(
      told,
      planned.flatMap(each => each.error ?? []),
    ))
  )
    return
  if (!(await record.applied(host, planned, run.interrupt))) return
  await record.locally([local], run.interrupt)
}

function remoteToUndo({ project, login, remote, remoteNow }: Prepared, look: RepositoryLook) {
  const existing = project.remotes.get(remote)
  if (existing === undefined) return undefined
  const leadsThere =
    remoteNow !== undefined && isSamePlace(remoteNow.places, login.place(look.path), look.home)
  // A run that died between its mark and its URL left a remote that leads nowhere yet.
  const isHalf = existing.isOurs && existing.urls.length === 0
  return { name: remote, leadsThere: leadsThere || isHalf, isOurs: existing.isOurs }
}
