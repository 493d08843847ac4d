/** What is told where a host cannot leave its balancer, or does not come back into it. */
import { type ErrorData, errorDataOf, InputErrors, inputError, OpsError } from '../../base/errors.ts'

/** A balancer that did not take a host back, and why. */
export interface Failed {
  readonly on: string
  readonly error: ErrorData
}

/** Balancers that nobody named before the host was asked, so that they were not looked up. */
export function neverNamed(balancers: readonly string[]): InputErrors {
  return new InputErrors(
    balancers.map(
      on =>
        inputError(
          `drain ${on}: that it is needed shows only after the host was asked, too late to log in to ${on}`,
          {
            next: 'Write the drain outside of what hangs on facts and on values of other hosts.',
          },
        ).data,
    ),
  )
}

/** The balancer did not say whether the host is in it: nothing was changed. */
export function notLookedAt(host: string, on: string, thrown: unknown): OpsError {
  const error = errorDataOf(thrown)
  const title = `${on} could not be asked whether ${host} is in it`
  return new OpsError({ ...error, host, title, detail: error.title, changed: 'no' }, { cause: thrown })
}

/** Steps of the host failed while it was out. */
export function staysOut(host: string, balancers: readonly string[]): ErrorData {
  return {
    code: 'failed',
    title: `${host} stays out of ${balancers.join(' and ')}, and no other host is taken out`,
    host,
    changed: 'yes',
    next: `Mend ${host}, then run the same command again: it is put back once its steps hold.`,
  }
}

/** The host is well, and the balancer did not take it back: told with the reason of the `first`. */
export function notPutBack(host: string, { on, error }: Failed, failed: readonly Failed[]): ErrorData {
  const isBusy = error.code === 'locked' || error.code === 'interrupted'
  return {
    ...error,
    ...staysOut(
      host,
      failed.map(each => each.on),
    ),
    detail: error.title.startsWith(`${on}: `) ? error.title : `${on}: ${error.title}`,
    next: `${isBusy ? 'Run' : `Mend ${on}, then run`} the same command again: ${host} itself is well, and is put back then.`,
  }
}
