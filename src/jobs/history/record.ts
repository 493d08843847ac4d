/** What is written down of one run of a job: when it begins, and how it ended. A run without an end runs still, was killed, or could not write it down. */
import { z } from 'zod'

const fact = z.object({ name: z.string(), text: z.string() })

/** `runs/RUN-begun.json`. */
const begunSchema = z.object({
  format: z.literal('ops-run/1'),
  run: z.string(),
  /** The kind, as `archive`. */
  job: z.string(),
  /** The job file; undefined: it was a command line. */
  name: z.string().optional(),
  /** As `archive app.events`: also the name of the lock that it holds on the server. */
  title: z.string(),
  source: z.string(),
  startedAt: z.string(),
  by: z.object({ user: z.string(), machine: z.string(), pid: z.number().int() }),
  /** Where else a log of it is, as a command to run there. */
  log: z.string().optional(),
  version: z.string(),
})
export type RunBegun = z.infer<typeof begunSchema>

/** `runs/RUN-ended.json`. */
const endedSchema = z.object({
  format: z.literal('ops-run-end/1'),
  run: z.string(),
  endedAt: z.string(),
  /** `ok`, or the code of its error. */
  status: z.string(),
  facts: z.array(fact),
  notes: z.array(z.string()),
  data: z.record(z.string(), z.unknown()),
  error: z
    .object({ title: z.string(), detail: z.string().optional(), next: z.string().optional() })
    .optional(),
})
export type RunEnded = z.infer<typeof endedSchema>

/** One run as it is read back. */
export interface RunStory {
  readonly begun: RunBegun
  readonly ended: RunEnded | undefined
  /** Where its events are, one a line as JSON: a place, or a statement that gives them; undefined: they were not kept. */
  readonly log: string | undefined
  /** Of one without an end; undefined: the lock on the server says it, which has the name of its title. */
  readonly isRunning?: boolean
  /** Why it cannot be told what became of it: a record that was cut or changed. It hides no other run. */
  readonly broken?: string
}

/** From what lies there, which somebody may have cut or changed. */
export function storyOf(
  run: string,
  begun: string,
  ended: string | undefined,
  log: string | undefined,
): RunStory {
  const first = parsed(begunSchema, begun)
  const last = ended === undefined ? undefined : parsed(endedSchema, ended)
  if (first && (ended === undefined || last)) return { begun: first, ended: last, log }
  const broken = `what was written down of its ${first ? 'end' : 'beginning'} cannot be read: it was cut or changed`
  return { begun: first ?? unknownRun(run), ended: undefined, log, isRunning: false, broken }
}

function parsed<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Its name begins with the time. */
function unknownRun(run: string): RunBegun {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/.exec(run) ?? []
  const [year, month, day, hour, minute, second] = parts
  const startedAt = parts.length === 0 ? '' : `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
  const by = { user: 'somebody', machine: 'a machine that is not told', pid: 0 }
  return {
    format: 'ops-run/1',
    run,
    job: 'run',
    title: run,
    source: 'its source',
    startedAt,
    by,
    version: '',
  }
}

/** Where the runs of one job are written down: next to its data. */
export interface RunRecords {
  begin(begun: RunBegun): Promise<void>
  /** `log`: its events as lines of JSON. */
  end(ended: RunEnded, log: string): Promise<void>
  /** The newest runs, the oldest of them first. */
  last(count: number): Promise<readonly RunStory[]>
}
