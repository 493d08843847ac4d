/** The history of a job whose data are in a store: three small objects a run below `runs/`. */
import { text } from 'node:stream/consumers'
import type { z } from 'zod'
import { contentOf } from '../../store/content.ts'
import type { Store } from '../../store/store.ts'
import { begunSchema, endedSchema, type RunRecords, type RunStory } from './record.ts'

const key = (run: string, part: 'begun.json' | 'ended.json' | 'log.ndjson'): string => `runs/${run}-${part}`

export function storeRecords(store: Store): RunRecords {
  const write = async (name: string, value: unknown): Promise<void> => {
    await store.put(name, contentOf(`${JSON.stringify(value, undefined, 1)}\n`))
  }
  const read = async <Schema extends z.ZodType>(name: string, schema: Schema): Promise<z.infer<Schema>> =>
    schema.parse(JSON.parse(await text((await store.get(name)).body)))
  return {
    begin: begun => write(key(begun.run, 'begun.json'), begun),
    async end(ended, log) {
      if (log !== '') await store.put(key(ended.run, 'log.ndjson'), contentOf(log))
      await write(key(ended.run, 'ended.json'), ended)
    },
    async last(count) {
      const names = new Set<string>()
      for await (const listed of store.list('runs/')) names.add(listed.key)
      const runs = [...names].flatMap(each => /^runs\/(.+)-begun\.json$/.exec(each)?.[1] ?? []).sort()
      const story = async (run: string): Promise<RunStory> => ({
        begun: await read(key(run, 'begun.json'), begunSchema),
        ended: names.has(key(run, 'ended.json'))
          ? await read(key(run, 'ended.json'), endedSchema)
          : undefined,
        log: names.has(key(run, 'log.ndjson')) ? `${store.url}/${key(run, 'log.ndjson')}` : undefined,
      })
      return Promise.all(runs.slice(-count).map(story))
    },
  }
}
