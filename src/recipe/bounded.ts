/**
 * Runs code of a recipe so that it ends: Ctrl-C stops it, and so does a deadline, even in a loop without end.
 *
 * A loop keeps the handlers of signals from running as it keeps everything else; `node:vm` can break it from outside,
 * by a thread that lives as long as the call: a fraction of a millisecond.
 */
import { Script } from 'node:vm'
import { OpsError } from '../base/errors.ts'

/** Generous: recipes compute steps, they wait for nothing. */
const defaultDeadlineMs = 30_000

/** The deadline was reached. */
export class EndlessRecipe extends Error {
  override readonly name = 'EndlessRecipe'
  constructor(deadlineMs: number) {
    super(`it did not end within ${deadlineMs / 1000} s`)
  }
}

const workKey = Symbol.for('ops-recipes: work with a deadline')
const place = globalThis as { [workKey]?: () => unknown }
const script = new Script(`globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(workKey))})]()`)

/**
 * The result of `work`, which is synchronous.
 * @throws EndlessRecipe at the deadline; OpsError `interrupted` on Ctrl-C; whatever `work` throws.
 */
export function bounded<Result>(work: () => Result, deadlineMs = defaultDeadlineMs): Result {
  place[workKey] = work
  try {
    return script.runInThisContext({ timeout: deadlineMs, breakOnSigint: true, displayErrors: false })
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new EndlessRecipe(deadlineMs)
    if (code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw interrupted()
    throw thrown
  } finally {
    delete place[workKey]
  }
}

/**
 * The result of a promise that must settle within the deadline, so that waiting for what never comes ends too. A loop
 * behind it cannot be broken from here: Ctrl-C does, as long as nobody handles it, which holds while recipes load.
 * @throws EndlessRecipe
 */
export async function settled<Result>(
  promise: Promise<Result>,
  deadlineMs = defaultDeadlineMs,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new EndlessRecipe(deadlineMs)), deadlineMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

function interrupted(): OpsError {
  return new OpsError({
    code: 'interrupted',
    title: 'stopped, as asked, while a recipe ran on this machine',
    changed: 'no',
    next: 'If the recipe seemed to hang, look for a loop without end in what `steps` calls.',
  })
}
