/** Brings the params of a recipe or a job together: flag, then ops.ini, then default; everything wrong or missing is told at once. */
import { z } from 'zod'
import { type ErrorData, inputError, type SourceLocation } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { Secret } from '../base/secret.ts'
import { kindOf } from './kind.ts'
import { describeParams, flagOf, type ParamDoc } from './param-docs.ts'
import { readText } from './param-text.ts'
import { readSecret } from './read-secret.ts'
import type { ParamsOwner } from './shape.ts'

/** A value as it was written in `[params NAME]` of ops.ini. */
export interface WrittenParam {
  readonly name: string
  readonly value: string | readonly string[]
  readonly where: SourceLocation
}

export interface ParamSources {
  /** By param name, as the command line gave them: texts, several for a list, true or false for a boolean. */
  readonly flags?: Readonly<Record<string, string | readonly string[] | boolean | undefined>>
  /** Typed already, as code of a project gives them: a line of site.ts. */
  readonly values?: {
    readonly params: Readonly<Record<string, unknown>>
    readonly where: SourceLocation | undefined
  }
  /** Answers to prompts, by param name; a secret as a `Secret`. */
  readonly answers?: Readonly<Record<string, string | boolean | Secret | undefined>>
  readonly inventory?: readonly WrittenParam[]
  /** Secrets may come from OPS_PARAM_NAME. Default: the environment of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** What `@FILE` of a flag is relative to. Default: the current folder. */
  readonly cwd?: string
}

export interface ResolvedParams {
  /** Only whole when there are neither errors nor missing ones. */
  readonly params: Readonly<Record<string, unknown>>
  /** Required, and given nowhere: ask for them on a terminal, else `missingErrors`. */
  readonly missing: readonly ParamDoc[]
  readonly errors: readonly ErrorData[]
}

/** One value that was given somewhere, and how to name that place in an error. */
interface Given {
  readonly from: string
  readonly value: string | readonly string[] | boolean | Secret
  readonly where?: SourceLocation
  readonly cwd: string
}

/** Never throws for what a person wrote. */
export function resolveParams(owner: ParamsOwner, sources: ParamSources): ResolvedParams {
  const docs = describeParams(owner.params)
  const params: Record<string, unknown> = Object.create(null)
  const missing: ParamDoc[] = []
  const errors: ErrorData[] = [...unknownNames(owner, docs, sources)]
  let secretsFromInput = 0
  for (const doc of docs) {
    const type = owner.params[doc.name]
    if (type === undefined) continue
    const value = own(sources.values?.params, doc.name)
    if (value !== undefined && own(sources.flags, doc.name) === undefined) {
      const parsed = z.safeParse(type, value)
      if (parsed.success) params[doc.name] = parsed.data
      else errors.push(wrongValue(owner, doc, parsed.error.issues, sources.values?.where))
      continue
    }
    const given = givenFor(doc, sources)
    if (given === undefined) {
      const absent = z.safeParse(type, undefined)
      if (absent.success) params[doc.name] = absent.data
      else missing.push(doc)
      continue
    }
    if (doc.kind === 'secret' && given.value === '-') secretsFromInput++
    const outcome =
      secretsFromInput > 1
        ? { problem: 'only one secret can be read from standard input' }
        : checkedValue(type, given)
    if ('problem' in outcome) errors.push(problemError(doc, given, outcome))
    else params[doc.name] = outcome.value
  }
  return { params, missing, errors }
}

/** What to say about missing params where nobody can be asked; of a line of site.ts, which takes no flags, with that line. */
export function missingErrors(
  owner: ParamsOwner,
  missing: readonly ParamDoc[],
  values?: ParamSources['values'],
): readonly ErrorData[] {
  return missing.map(doc => {
    const { name, help, kind } = doc
    const detail = help === '' ? {} : { detail: help }
    if (!values)
      return inputError(`param ${name} is missing`, { ...detail, next: waysToGive(owner, doc) }).data
    const inFile = kind === 'secret' ? `${name} = @FILE` : `${name} = ...`
    const variable = kind === 'secret' ? `, or in the environment as ${environmentName(name)}` : ''
    return inputError(`${owner.name}: param ${name} is missing`, {
      ...detail,
      ...(values.where && { where: values.where }),
      next:
        kind === 'secret'
          ? `Write \`${inFile}\` (or a program: age:FILE, op://...) under [params ${owner.name}] in ops.ini${variable}.`
          : `Add \`${name}: ...\` to the params of this line, or write \`${inFile}\` under [params ${owner.name}] in ops.ini.`,
    }).data
  })
}

function waysToGive(owner: ParamsOwner, { name, flag, placeholder, kind }: ParamDoc): string {
  return kind === 'secret'
    ? `Give it as ${flag} @FILE, as ${flag} - (standard input), by a program (${flag} age:FILE, op://...), or in the environment as ${environmentName(name)}.`
    : `Give it as ${flag}${placeholder === undefined ? '' : ` <${placeholder}>`}, or as \`${name} = ...\` under [params ${owner.name}] in ops.ini.`
}

/** `dbPassword` is OPS_PARAM_DB_PASSWORD. */
export function environmentName(name: string): string {
  return `OPS_PARAM_${flagOf(name).slice(2).replaceAll('-', '_').toUpperCase()}`
}

function givenFor(doc: ParamDoc, sources: ParamSources): Given | undefined {
  const cwd = sources.cwd ?? process.cwd()
  const flag = own(sources.flags, doc.name)
  if (flag !== undefined) return { from: doc.flag, value: flag, cwd }
  const answer = own(sources.answers, doc.name)
  if (answer !== undefined) return { from: doc.name, value: answer, cwd }
  const variable = environmentName(doc.name)
  const environment = doc.kind === 'secret' ? own(sources.environment ?? process.env, variable) : undefined
  if (environment !== undefined && environment !== '')
    return { from: variable, value: new Secret(environment), cwd }
  const written = sources.inventory?.find(each => isNameOf(each.name, doc))
  if (written === undefined) return undefined
  return { from: doc.name, value: written.value, where: written.where, cwd: folderOf(written.where) }
}

interface Problem {
  readonly problem: string
  readonly next?: string
}

type Outcome = { readonly value: unknown } | Problem

/** The typed value of what was written, or what is wrong with it. */
export function checkedValue(type: z.core.$ZodType, { value, cwd }: Pick<Given, 'value' | 'cwd'>): Outcome {
  const reading = kindOf(type).kind === 'secret' ? readSecret(value, cwd) : readGiven(type, value)
  if ('problem' in reading) return reading
  const parsed = z.safeParse(type, reading.value)
  if (parsed.success) return { value: parsed.data }
  return { problem: parsed.error.issues.map(issue => issueText(issue, reading.value)).join('; ') }
}

function readGiven(type: z.core.$ZodType, value: Given['value']): Outcome {
  if (typeof value === 'boolean' || value instanceof Secret) return { value }
  return readText(type, value)
}

/** Of several items the one that is wrong is named: nobody counts them from 0. */
function issueText({ path, message }: z.core.$ZodIssue, value: unknown): string {
  const [index] = path
  if (Array.isArray(value) && typeof index === 'number' && path.length === 1) {
    return value.length === 1 ? message : `${clip(String(value[index]))}: ${message}`
  }
  return path.length === 0 ? message : `${path.join('.')}: ${message}`
}

function wrongValue(
  owner: ParamsOwner,
  { name, type, help }: ParamDoc,
  issues: readonly z.core.$ZodIssue[],
  where: SourceLocation | undefined,
): ErrorData {
  const problem = issues.map(issue => issueText(issue, undefined)).join('; ')
  return inputError(`${owner.name}: ${name}: ${problem}`, {
    ...(where && { where }),
    next: `param ${name} is ${type}${help === '' ? '.' : `: ${help}`}`,
  }).data
}

function problemError(doc: ParamDoc, given: Given, { problem, next }: Problem): ErrorData {
  const { value } = given
  const isShown = doc.kind !== 'secret' && (typeof value === 'string' || Array.isArray(value))
  const shown = isShown ? ` ${clip([value].flat().join(','))}` : ''
  return inputError(`${given.from}${shown}: ${problem}`, {
    ...(given.where && { where: given.where }),
    next: `${next === undefined ? '' : `${next} `}param ${doc.name} is ${doc.type}${doc.help === '' ? '.' : `: ${doc.help}`}`,
  }).data
}

function unknownNames(
  owner: ParamsOwner,
  docs: readonly ParamDoc[],
  sources: ParamSources,
): readonly ErrorData[] {
  const names = docs.map(doc => doc.name)
  const next = (name: string): string => `${didYouMean(name, names)}\`${owner.shownBy}\` shows its params.`
  const fromFlags = Object.keys(sources.flags ?? {})
    .filter(name => !names.includes(name))
    .map(name => inputError(`${owner.kind} ${owner.name} has no param ${name}`, { next: next(name) }).data)
  const fromValues = Object.keys(sources.values?.params ?? {})
    .filter(name => !names.includes(name))
    .map(name => {
      const where = sources.values?.where
      const more = { ...(where && { where }), next: next(name) }
      return inputError(`${owner.kind} ${owner.name} has no param ${name}`, more).data
    })
  const seen = new Map<string, WrittenParam>()
  const fromInventory = (sources.inventory ?? []).flatMap(written => {
    const doc = docs.find(each => isNameOf(written.name, each))
    if (doc === undefined) {
      const title = `[params ${owner.name}] sets ${written.name}, but the ${owner.kind} has no such param`
      return [inputError(title, { where: written.where, next: next(written.name) }).data]
    }
    const other = seen.get(doc.name)
    seen.set(doc.name, written)
    if (other === undefined) return []
    const title = `[params ${owner.name}] sets ${doc.name} twice, first on line ${other.where.line}`
    return [inputError(title, { where: written.where, next: 'Leave one out.' }).data]
  })
  return [...fromFlags, ...fromValues, ...fromInventory]
}

/** ops.ini may use the flag's spelling too. */
function isNameOf(written: string, doc: ParamDoc): boolean {
  return written === doc.name || `--${written}` === doc.flag
}

function own<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined
}

function folderOf({ file }: SourceLocation): string {
  return file.replace(/\/[^/]*$/, '') || '/'
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
