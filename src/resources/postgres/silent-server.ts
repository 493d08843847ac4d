/** Why nothing can be made in a server that does not answer: nobody knows what it holds. */
import type { Value } from '../../engine/resource.ts'

/** `silent` is what the client said; undefined where the server answers. */
export function silentServer(silent: Value | undefined): string | undefined {
  return silent === undefined
    ? undefined
    : `PostgreSQL does not answer (${silent}), so that nobody can tell what it holds: start it (systemctl start postgresql), or write a step before that does: service({ unit: 'postgresql', running: true })`
}
