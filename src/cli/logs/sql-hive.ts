/** Asks a cluster: `ops logs sql --engine hive://...`, over what `ops logs push` brought there or tables of its own. */
import { readInventory } from '../../inventory/read.ts'
import { hiveAddress } from '../../logs/hive/address.ts'
import { HiveEngine } from '../../logs/hive/engine.ts'
import { readTable } from '../../logs/push/place.ts'
import type { CommonSettings } from '../flags.ts'
import type { ReportSession } from '../report-session.ts'
import { openTargetStore } from '../target-store.ts'
import { ByteOutput } from './byte-output.ts'
import { hiveStream } from './hive-stream.ts'
import { type AnswerForm, writeAnswer } from './write-answer.ts'

export interface HiveQuestion {
  readonly query: string
  readonly engine: string
  /** Where logs were pushed to; undefined: the tables that are there. */
  readonly from: string | undefined
  readonly form: AnswerForm
}

export async function askHive(
  { query, engine: engineText, from, form }: HiveQuestion,
  settings: CommonSettings,
  session: ReportSession,
): Promise<number> {
  const { report } = session
  const address = hiveAddress(engineText)
  const { inventoryFile } = settings
  const store =
    from === undefined
      ? undefined
      : openTargetStore(from, readInventory(inventoryFile === undefined ? {} : { file: inventoryFile }))
  if (store) session.atEnd.push(() => store.close())
  const place = store && { url: store.url, columns: await readTable(store) }
  const engine = await HiveEngine.open(await hiveStream(address, settings, session), address.user)
  session.atEnd.unshift(() => engine.close())
  const database = place && (await engine.use(place))
  await writeAnswer(await engine.answer(query), form, new ByteOutput(process.stdout))
  if (place) {
    const rejected = await engine.rejected()
    report.say(
      `${rejected} ${rejected === 1n ? 'line was' : 'lines were'} rejected when pushed (table rejected)`,
    )
  }
  const where = address.via === undefined ? address.host : `${address.via}`
  const stays =
    database === undefined ? '' : `; the database ${database} stays, its rows are in ${store?.url}`
  report.say(
    `still running, and its machines cost money: the Hive server on ${where}, port ${address.port}${stays}`,
  )
  return 0
}
