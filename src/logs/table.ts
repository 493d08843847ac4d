/** Makes one table of the lines of all groups: what its columns are, then its rows in order of time. */
import { type ErrorData, InputErrors, inputError, OpsError } from '../base/errors.ts'
import { allNames, type Column, columnsNamed, defaultNames, readFields, timeField } from './columns.ts'
import { type Batch, Converter, type Counts } from './convert.ts'
import type { Escaping, LogFormat } from './format.ts'
import { GroupReader } from './group-reader.ts'
import { formatOfLines, knownFormats } from './known-formats.ts'
import { mergedByTime } from './merge.ts'
import type { Rejects } from './rejects.ts'
import type { RowSink, Span } from './row-sink.ts'
import { type RowForm, RowWriter } from './row-writer.ts'
import type { LogGroup, LogSource } from './source.ts'

export interface TableOptions {
  /** Of every line; undefined: worked out from what the group's server writes, and from the lines. */
  readonly format: LogFormat | undefined
  /** As `--fields` gives them; undefined: all. */
  readonly fields: string | undefined
  readonly sinceMs: number | undefined
  readonly defuse: boolean
  readonly form: RowForm
  readonly asText: boolean
  readonly rejects: Pick<Rejects, 'add'>
  readonly note: (text: string) => void
}

export interface TableGroup extends LogGroup {
  /** What the configuration of its server says of these very files. */
  readonly likely: readonly LogFormat[]
  /** Other formats that it knows. */
  readonly formats: readonly LogFormat[]
  /** Where the lines come from matters: the rows get a column for it. */
  readonly isRemote: boolean
}

/** Rows of one file. */
export interface SourceBatch<S extends RowSink> extends Batch<S> {
  readonly host: string
  readonly source: LogSource
  /** What was read for it; undefined at the end of the file. */
  readonly chunk: Buffer | undefined
}

interface OpenGroup {
  readonly reader: GroupReader
  readonly format: LogFormat
}

/** What lines of a group are, for whoever takes its rows. */
export interface GroupRows {
  readonly columns: readonly Column[]
  readonly escaping: Escaping
  /** The cells of the column `host`. */
  readonly host: string
}

type MakeSink<S extends RowSink> = (rows: GroupRows) => S

export class Table {
  /** The names of the columns, in order; may be chosen anew before the first row. */
  columns: readonly string[]
  /** The times that the rows are told by: undefined where a format has none. */
  readonly hasTime: boolean
  readonly #groups: readonly OpenGroup[]
  readonly #options: TableOptions
  readonly #converters: Converter<RowSink>[] = []

  private constructor(groups: readonly OpenGroup[], columns: readonly string[], options: TableOptions) {
    this.#groups = groups
    this.columns = columns
    this.#options = options
    this.hasTime = groups.every(group => timeField(group.format) >= 0)
  }

  /** Reads the first lines of each group. @throws OpsError where no format fits, InputErrors for unknown fields. */
  static async open(groups: readonly TableGroup[], options: TableOptions): Promise<Table> {
    const readers = groups.map(group => new GroupReader(group))
    try {
      const opened = await Promise.all(
        groups.map(async (group, index) => {
          const reader = readers[index] as GroupReader
          return { reader, format: await chosenFormat(group, reader, options) }
        }),
      )
      const formats = opened.map(each => each.format)
      const errors: ErrorData[] = []
      const wantsHost = groups.some(group => group.isRemote)
      const names =
        options.fields === undefined
          ? defaultNames(formats, wantsHost)
          : readFields(options.fields, formats, errors)
      for (const { format } of opened) {
        if (options.sinceMs !== undefined && timeField(format) < 0) errors.push(withoutTime(format).data)
      }
      if (errors.length > 0) throw new InputErrors(errors)
      return new Table(opened, names, options)
    } catch (error) {
      await Promise.all(readers.map(reader => reader.close()))
      throw error
    }
  }

  /** Every column that there can be. */
  get available(): readonly string[] {
    return allNames(this.formats)
  }

  get formats(): readonly LogFormat[] {
    return this.#groups.map(group => group.format)
  }

  /** Of all rows handed out so far. */
  get counts(): Readonly<Counts> {
    const sum: Counts = { lines: 0, rows: 0, rejected: 0, skipped: 0, undated: 0 }
    for (const { counts } of this.#converters) {
      for (const key of ['lines', 'rows', 'rejected', 'skipped', 'undated'] as const) sum[key] += counts[key]
    }
    return sum
  }

  /** Bytes of CSV, whole rows; each piece is valid until the next is asked for. */
  async *rows(): AsyncGenerator<Buffer> {
    for await (const { sink, from, to } of this.spans(this.#rowWriter)) {
      if (to > from) yield sink.bytes.subarray(from, to)
    }
  }

  /** The same rows in sinks of another kind, one for each group; each span is valid until the next is asked for. */
  async *spans<S extends RowSink>(makeSink: MakeSink<S>): AsyncGenerator<Span<S>> {
    const isMerged = this.#groups.length > 1 && this.hasTime
    const streams = this.#groups.map(group => this.#batches(group, isMerged, makeSink))
    if (isMerged) yield* mergedByTime(streams)
    else
      for (const stream of streams)
        for await (const { sink } of stream) yield { sink, from: 0, to: sink.length }
  }

  /** The rows of each file by itself, group after group, with their times. */
  async *batches(): AsyncGenerator<SourceBatch<RowWriter>> {
    for (const group of this.#groups) yield* this.#batches(group, true, this.#rowWriter)
  }

  async close(): Promise<void> {
    await Promise.all(this.#groups.map(group => group.reader.close()))
  }

  readonly #rowWriter: MakeSink<RowWriter> = ({ columns, escaping, host }) => {
    const { defuse, form, asText } = this.#options
    return new RowWriter(columns, { defuse, form, asText, escaping, host })
  }

  async *#batches<S extends RowSink>(
    { reader, format }: OpenGroup,
    keepsTimes: boolean,
    makeSink: MakeSink<S>,
  ): AsyncGenerator<SourceBatch<S>> {
    const { sinceMs, rejects } = this.#options
    let source = ''
    let linesBefore = 0
    const columns = columnsNamed(format, this.columns)
    const converter: Converter<S> = new Converter({
      format,
      sink: makeSink({ columns, escaping: format.escaping, host: reader.group.host }),
      showsTime: columns.some(column => column.source.kind === 'time'),
      keepsTimes,
      ...(sinceMs !== undefined && { sinceMs }),
      reject: rejection => rejects.add(rejection, source, converter.counts.lines - linesBefore),
    })
    this.#converters.push(converter)
    for await (const read of reader.reads()) {
      source = read.source.name
      const batch = read.chunk === undefined ? converter.end() : converter.push(read.chunk)
      yield { ...batch, host: reader.group.host, source: read.source, chunk: read.chunk }
      if (read.chunk === undefined) linesBefore = converter.counts.lines
    }
  }
}

/** Lines that do not say when they were written cannot be left out for that. */
function withoutTime({ name }: LogFormat): OpsError {
  return inputError(`--since needs a time in each line, and the format has none that ops can read: ${name}`, {
    next: 'Leave --since out. A time is $time_local, $time_iso8601, $msec, %t, or %{...}t with day, time and zone (%z).',
  })
}

/** The format that was asked for, or the first that fits the first lines. */
async function chosenFormat(
  group: TableGroup,
  reader: GroupReader,
  { format, note }: TableOptions,
): Promise<LogFormat> {
  const sample = await reader.sample()
  if (format) return format
  const known = knownFormats()
  const configured = formatOfLines(group.likely, sample)
  if (configured) return configured
  const others = [...group.formats, ...known]
  const fitting = formatOfLines(others, sample)
  if (fitting) {
    note(`${group.isRemote ? `the lines of ${group.host}` : 'the lines'} are read as ${fitting.name}`)
    return fitting
  }
  // Nothing to read is nothing wrong.
  if (sample.length === 0) return (group.likely[0] ?? known[0]) as LogFormat
  const first = JSON.stringify(sample[0]?.subarray(0, 200).toString('latin1'))
  throw new OpsError({
    code: 'input',
    title: `no known format fits the first lines of ${group.sources[0]?.name}`,
    detail: `The first is ${first}.`,
    next: 'Give --format: combined, or the text of the log_format (nginx) or LogFormat (Apache) that the server has.',
  })
}
