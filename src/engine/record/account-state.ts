/** What accounts are, as a run leaves them and as an undo finds them: by their entry, their groups, and a hash that their password shows in. */
import type { Session } from '../../run/session.ts'
import { bareShell } from '../../shell/library.ts'
import { quote } from '../../shell/quote.ts'
import type { Step } from '../step.ts'
import accountStateText from './account-state.sh'

/** Part of each batch. */
export const accountStateFunction = bareShell(accountStateText)

/** Accounts by what is claimed of them: `user:deploy`. */
export type Accounts = ReadonlyMap<string, string>

/** Those that a step makes or changes. */
export function accountsOf({ resource, params }: Pick<Step, 'resource' | 'params'>): readonly string[] {
  const owned: readonly string[] = resource.owns?.(params) ?? []
  return owned.filter(claim => /^(?:user|group):[\w.@$-]+$/.test(claim))
}

/** Asks the host what they are now, in one trip; one that is not there is left out. */
export async function accountsNow(session: Session, claims: readonly string[]): Promise<Accounts> {
  const found = new Map<string, string>()
  if (claims.length === 0) return found
  const each = claims.map((claim, index) => {
    const [kind = '', name = ''] = claim.split(':')
    return `ops_frame account ${index}; ops_account_state ${kind} ${quote(name)}`
  })
  await session.trip(`${accountStateFunction}${each.join('\n')}`, {
    silenceMs: 60_000,
    frame: ({ kind, args, body }) => {
      const claim = kind === 'account' ? claims[Number(args[0])] : undefined
      const text = body.toString('utf8').trim()
      if (claim !== undefined && text !== '') found.set(claim, text)
    },
  })
  return found
}

/** What of an account differs from what a run left, in words; undefined where nothing does, or it is gone already. */
export function accountMoved(left: string, now: string | undefined): string | undefined {
  if (now === undefined || now === left) return undefined
  const [before, after] = [parts(left), parts(now)]
  for (const [name, value] of after) {
    const was = before.get(name)
    if (was === value) continue
    return name === 'password'
      ? 'its password is another one'
      : `${name}: ${was ?? 'unknown'} as the run left it, ${value} now`
  }
  return undefined
}

function parts(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\t').map(part => {
      const at = part.indexOf('=')
      return [part.slice(0, at), part.slice(at + 1)] as const
    }),
  )
}
