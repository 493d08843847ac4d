/** Why a host cannot have a value of another one: what is true of both, and what to do. */
import { errorDataOf, OpsError } from '../../base/errors.ts'
import type { Asked } from '../asked.ts'
import type { HostRun } from '../host-run.ts'
import type { Step } from '../step.ts'

const nameOf = ({ step }: Asked): string => (step.params as { readonly name: string }).name

/** Of the host that is asked: the one that reads is there. */
export function notAsked(host: string, step: Step, thrown: unknown): OpsError {
  const { host: _other, ...error } = errorDataOf(thrown)
  if (error.code === 'interrupted') return new OpsError(error)
  const title = `${host} could not be asked for ${nameOf({ host, step })}: ${error.title}`
  return new OpsError({ ...error, code: 'failed', title, changed: 'no' })
}

/** The question itself failed there. */
export function failed(run: HostRun, asked: Asked, code: string): OpsError {
  const host = run.host.target.name
  return new OpsError({
    code: 'failed',
    title: `${host} reads ${nameOf(asked)} of ${asked.host}, where that question failed with exit code ${code}`,
    host,
    changed: 'no',
    next: `Try it on ${asked.host}. Where it has no value, the question is to print nothing and end with 0.`,
  })
}

/** It has no such value, and this run brings none. */
export function none(run: HostRun, asked: Asked, other: HostRun | undefined): OpsError {
  const host = run.host.target.name
  if (other === run)
    return new OpsError({
      code: 'failed',
      title: `${host} reads its own ${nameOf(asked)}, which it does not have`,
      host,
      changed: 'no',
      next: 'It is read before the steps of the host are made: bring it there by a recipe that is applied before.',
    })
  const next = other
    ? `No step brings it there: see what ${asked.host} is to have.`
    : `${asked.host} is not in this run: name it, or apply what brings it there first.`
  return new OpsError({
    code: 'failed',
    title: `${host} reads ${nameOf(asked)} of ${asked.host}, which has none`,
    host,
    changed: 'no',
    next,
  })
}

/** There is a value, and no text that could be handed over whole. */
export function notReadable(run: HostRun, asked: Asked, isBytes: boolean): OpsError {
  const host = run.host.target.name
  const why = isBytes ? 'it is not text in UTF-8' : 'it is longer than 64 KiB'
  return new OpsError({
    code: 'failed',
    title: `${host} cannot read ${nameOf(asked)} of ${asked.host}: ${why}`,
    host,
    changed: 'no',
    next: isBytes
      ? 'Let the output print it as text, with `run` and base64 for one.'
      : 'Nothing was cut off and nothing written. Let the output give the part that is needed, with `run`.',
  })
}

/** A step of this run brings it, so that it cannot be told before. */
export function noneYet(run: HostRun, asked: Asked | undefined): OpsError {
  const host = run.host.target.name
  const what = asked ? `${nameOf(asked)} of ${asked.host}` : 'of another host'
  return new OpsError({
    code: 'failed',
    title: `${host} cannot be planned before ${what} is there`,
    host,
    changed: 'no',
    next: `Apply ${asked?.host ?? 'that host'} first; \`ops apply\` of both does them in this order.`,
  })
}
