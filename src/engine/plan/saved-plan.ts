/** A plan on disk: exactly what was planned, to be applied later only where nothing has moved since. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { inputError } from '../../base/errors.ts'
import { Secret } from '../../base/secret.ts'
import type { Step, StepMaker, StepOptions } from '../step.ts'
import type { PlannedStep } from './planned-step.ts'

const format = 1

const stepSchema = z.object({
  type: z.string(),
  name: z.string(),
  params: z.unknown(),
  options: z.object({
    user: z.string().optional(),
    timeoutSeconds: z.number().optional(),
    drops: z.enum(['connection', 'boot']).optional(),
    buildsOn: z.union([z.string(), z.array(z.string())]).optional(),
    access: z
      .union([
        z.literal('unguarded'),
        z.object({
          paths: z.array(z.string()).optional(),
          units: z.array(z.string()).optional(),
          users: z.array(z.string()).optional(),
          firewall: z.boolean().optional(),
          undo: z.string().optional(),
        }),
      ])
      .optional(),
  }),
  where: z.object({ file: z.string(), line: z.number(), column: z.number().optional() }).optional(),
  guard: z.string().regex(/^[0-9a-f]{64}$/),
  status: z.enum(['ok', 'change', 'may-change']),
})

const hostSchema = z.object({
  name: z.string(),
  machineId: z.string(),
  after: z.array(z.string()).optional(),
  steps: z.array(stepSchema),
})

const planSchema = z.object({
  format: z.literal(format),
  version: z.string(),
  recipe: z.string(),
  made: z.string(),
  /** Names of the recipe's secret params: their values are asked for again. */
  secrets: z.array(z.string()),
  hosts: z.array(hostSchema),
})

export type SavedPlan = z.infer<typeof planSchema>
export type SavedHost = z.infer<typeof hostSchema>

/** What stands in the file where a secret stood: the name of the recipe's param. */
const secretKey = '$secret'

/**
 * Makes the file's content. Secrets go in by the name of their param only.
 * @throws OpsError `input` for resources of the recipe's own, and for secrets that are no param: neither can be saved.
 */
export function savePlan(input: {
  readonly version: string
  readonly recipe: string
  readonly hosts: ReadonlyMap<
    string,
    {
      readonly machineId: string
      readonly planned: readonly PlannedStep[]
      readonly after?: readonly string[]
    }
  >
  readonly secrets: Readonly<Record<string, Secret>>
  // biome-ignore lint/suspicious/noExplicitAny: params of all resources meet here.
  readonly registry: Readonly<Record<string, StepMaker<any, any>>>
}): SavedPlan {
  const hosts = [...input.hosts].map(([name, { machineId, planned, after = [] }]) => ({
    name,
    machineId,
    ...(after.length > 0 && { after: [...after] }),
    steps: planned.map(each => {
      const { step } = each
      if (input.registry[step.resource.type]?.definition !== step.resource) {
        throw inputError(`${step.name} cannot be saved: its resource is the recipe's own`, {
          ...(step.where && { where: step.where }),
          next: 'Apply the recipe itself instead of a saved plan.',
        })
      }
      return {
        type: step.resource.type,
        name: step.name,
        params: withoutSecrets(step, input.secrets),
        options: step.options as z.infer<typeof stepSchema>['options'],
        ...(step.where && { where: step.where }),
        guard: each.guard,
        status: each.plan.status,
      }
    }),
  }))
  const { version, recipe } = input
  return planSchema.parse({
    format,
    version,
    recipe,
    made: new Date().toISOString(),
    secrets: Object.keys(input.secrets),
    hosts,
  })
}

/** Writes the file with mode 0600, whole or not at all. */
export async function writePlan(file: string, plan: SavedPlan): Promise<void> {
  const part = `${file}.${process.pid}.part`
  try {
    await writeFile(part, `${JSON.stringify(plan, undefined, 1)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

/** Reads a file that `writePlan` wrote. Throws OpsError `input` for anything else, and for another version of ops. */
export async function readPlan(file: string, version: string): Promise<SavedPlan> {
  const next = 'Make a new plan with `ops plan RECIPE HOST... -o FILE`.'
  let parsed: ReturnType<typeof planSchema.safeParse>
  try {
    parsed = planSchema.safeParse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw inputError(`there is no saved plan ${file}`, { next })
    throw inputError(
      `${file} is not a saved plan: ${error instanceof Error ? error.message : String(error)}`,
      { next },
    )
  }
  if (!parsed.success) throw inputError(`${file} is not a saved plan of this version of ops`, { next })
  if (parsed.data.version !== version) {
    throw inputError(`${file} was made by ops ${parsed.data.version}, this is ${version}`, { next })
  }
  return parsed.data
}

/** The steps of a saved host, with secrets put back in. Throws OpsError `input` when they do not fit this ops. */
export function stepsOf(
  host: SavedHost,
  secrets: Readonly<Record<string, Secret>>,
  // biome-ignore lint/suspicious/noExplicitAny: params of all resources meet here.
  registry: Readonly<Record<string, StepMaker<any, any>>>,
): Step[] {
  return host.steps.map(saved => {
    const definition = registry[saved.type]?.definition
    if (!definition)
      throw inputError(`the saved plan uses the resource ${saved.type}, which this ops does not have`)
    return {
      name: saved.name,
      resource: definition,
      params: withSecrets(saved.params, secrets),
      options: saved.options as StepOptions,
      where: saved.where as Step['where'],
      problems: [],
    }
  })
}

function withoutSecrets(step: Step, secrets: Readonly<Record<string, Secret>>): unknown {
  const replace = (value: unknown): unknown => {
    if (value instanceof Secret) {
      const name = Object.keys(secrets).find(each => secrets[each]?.reveal() === value.reveal())
      if (name === undefined) {
        throw inputError(
          `${step.name} holds a secret that is not a param of the recipe: it cannot be saved`,
          {
            ...(step.where && { where: step.where }),
            next: 'Make the secret a param of the recipe, or apply the recipe itself.',
          },
        )
      }
      return { [secretKey]: name }
    }
    if (Array.isArray(value)) return value.map(replace)
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replace(each)]))
    }
    return value
  }
  return replace(step.params)
}

function withSecrets(value: unknown, secrets: Readonly<Record<string, Secret>>): unknown {
  if (Array.isArray(value)) return value.map(each => withSecrets(each, secrets))
  if (typeof value !== 'object' || value === null) return value
  const name = (value as Record<string, unknown>)[secretKey]
  if (typeof name === 'string') {
    const secret = secrets[name]
    if (!secret)
      throw inputError(`the saved plan needs the secret ${name}`, {
        next: `Give it again: it was not saved.`,
      })
    return secret
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withSecrets(each, secrets)]))
}
