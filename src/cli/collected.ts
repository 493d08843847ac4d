/** Lets a part of the input fail without hiding what is wrong with the other parts. */
import { type ErrorData, InputErrors, OpsError } from '../base/errors.ts'

/** What `work` gives, or undefined with its input errors added to `errors`. Any other error is thrown on. */
export async function collected<Result>(
  errors: ErrorData[],
  work: () => Result | Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof InputErrors) errors.push(...thrown.errors)
    else if (thrown instanceof OpsError && thrown.data.code === 'input') errors.push(thrown.data)
    else throw thrown
    return undefined
  }
}
