/** The history of a job whose data are in a store: three small objects a run below `runs/`. */
import { text } from 'node:stream/consumers'
import { contentOf } from '../../store/content.ts'
import type { Store } from '../../store/store.ts'
import { type RunRecords, type RunStory, storyOf } from './record.ts'

const key = (run: string, part: 'begun.json' | 'ended.json' | 'log.ndjson'): string => `runs/${run}-${part}`

/** The end of a run, and the names that lead to it: more than that they never take. */
const roomBytes = 32 * 1024

export function storeRecords(store: Store): RunRecords {
  /** What fills the store must not take the last words with it. */
  let letGo: (() => Promise<void>) | undefined
  const write = async (name: string, value: unknown): Promise<void> => {
    await store.put(name, contentOf(`${JSON.stringify(value, undefined, 1)}\n`))
  }
  const read = async (name: string): Promise<string> => text((await store.get(name)).body)
  return {
    async begin(begun) {
      await write(key(begun.run, 'begun.json'), begun)
      // A store that is as good as full may yet have room when the run ends.
      letGo = await store.keepRoom?.(roomBytes).catch(() => undefined)
    },
    async end(ended, log) {
      const isScarce = store.keepRoom !== undefined && letGo === undefined
      const writeLog = async () => {
        if (log !== '') await store.put(key(ended.run, 'log.ndjson'), contentOf(log))
      }
      // Whoever sees the end finds the log as well; where only one of them may fit, it is the end.
      if (!isScarce) await writeLog()
      await letGo?.()
      letGo = undefined
      await write(key(ended.run, 'ended.json'), ended)
      if (isScarce) await writeLog()
    },
    async last(count) {
      const names = new Set<string>()
      for await (const listed of store.list('runs/')) names.add(listed.key)
      const runs = [...names].flatMap(each => /^runs\/(.+)-begun\.json$/.exec(each)?.[1] ?? []).sort()
      const story = async (run: string): Promise<RunStory> => {
        const [end, log] = [key(run, 'ended.json'), key(run, 'log.ndjson')]
        const begun = await read(key(run, 'begun.json'))
        const ended = names.has(end) ? await read(end) : undefined
        return storyOf(run, begun, ended, names.has(log) ? `${store.url}/${log}` : undefined)
      }
      return Promise.all(runs.slice(-count).map(story))
    },
  }
}
