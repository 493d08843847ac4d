/** One look at a host with what every plan needs beside its steps: what our login stands on, lacking accounts, odd paths. */
import type { Emit } from '../../run/events.ts'
import type { Session } from '../../run/session.ts'
import { accessQuestion } from '../access/ask.ts'
import type { AccessContext } from '../access/dangers.ts'
import { type LookResult, look, type Question } from '../look/look.ts'
import type { Observation } from '../look/observation.ts'
import type { Step } from '../step.ts'
import { accountsQuestion, missingAccounts } from './missing-accounts.ts'
import { type Places, placesQuestion, readPlaces } from './places.ts'

export interface GuardedLookOptions {
  /** What caches of this host are kept under. */
  readonly key: string
  readonly wantsDetail: boolean
  readonly emit: Emit
  /** Asked after the look, which begins before the login has ended; undefined where nobody logs in. */
  readonly loginUser?: () => Promise<string | undefined>
  /** An extra question in the same trip. */
  readonly extra?: Question
}

export interface GuardedLook {
  readonly seen: LookResult & { readonly extra: Observation | undefined }
  /** Who logs in, what that stands on, and whether the host can give access back by itself. */
  readonly login: AccessContext | undefined
  /** Users and groups that steps name and the host does not have. */
  readonly missing: ReadonlySet<string>
  /** What is odd about the paths that steps write to. */
  readonly places: Places
}

/** One trip, or two where steps could not be asked together. @throws OpsError `lost`, with nothing changed. */
export async function guardedLook(
  session: Session,
  steps: readonly Step[],
  { key, wantsDetail, emit, loginUser, extra }: GuardedLookOptions,
): Promise<GuardedLook> {
  const access = loginUser && (await accessQuestion(steps, key))
  const seen = await look(session, steps, {
    wantsDetail,
    ...(extra && { extra }),
    accounts: accountsQuestion(steps),
    places: placesQuestion(steps),
    ...(access && { access: access.question }),
  })
  const missing = missingAccounts(seen.accounts?.bytes.toString('utf8') ?? '')
  const places = readPlaces(seen.places?.bytes.toString('utf8') ?? '', steps)
  const { problem, earlier, way } = (await access?.read(seen.access?.bytes.toString('utf8') ?? '')) ?? {}
  if (earlier !== undefined) emit({ event: 'note', host: session.host, text: earlier })
  const user = await loginUser?.()
  if (user === undefined) return { seen, login: undefined, missing, places }
  const login = { user, ...(problem !== undefined && { problem }), ...(way && { way }) }
  return { seen, login, missing, places }
}
