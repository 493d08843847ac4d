/** Records of jobs in a store: small objects of JSON with a schema. They are the only state there is, so that any machine can go on. */
import { z } from 'zod'
import { OpsError } from '../base/errors.ts'
import { contentOf } from '../store/content.ts'
import type { Content, Store } from '../store/store.ts'

const largestRecordBytes = 64 * 1024 * 1024

export function jsonContent(value: unknown): Content {
  return contentOf(`${JSON.stringify(value, undefined, 1)}\n`)
}

/** @throws OpsError `failed` where there is none. */
export async function neededRecord<Schema extends z.ZodType>(
  store: Store,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const record = await readRecord(store, key, schema)
  if (record !== undefined) return record
  throw new OpsError({
    code: 'failed',
    title: `${store.url}/${key} is gone`,
    changed: 'no',
    next: 'Put it back from a version or a copy of the store.',
  })
}

/** Undefined: there is none. */
export async function readRecord<Schema extends z.ZodType>(
  store: Store,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  if ((await store.head(key)) === undefined) return undefined
  const { body } = await store.get(key)
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of body as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > largestRecordBytes) throw new Error(`${key} is larger than any record`)
    pieces.push(piece)
  }
  return parseRecord(schema, Buffer.concat(pieces).toString('utf8'), `${store.url}/${key}`)
}

/** Reads one record. @throws OpsError where it is none. */
function parseRecord<Schema extends z.ZodType>(schema: Schema, text: string, name: string): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(text))
  } catch (thrown) {
    const reason = thrown instanceof z.ZodError ? z.prettifyError(thrown) : String(thrown)
    throw new OpsError({
      code: 'failed',
      title: `${name} is not what ops writes there`,
      detail: reason,
      changed: 'no',
      next: 'Name another place, or put that object back as it was.',
    })
  }
}
