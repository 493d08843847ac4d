/** Asks and applies resources on a host by their shell alone, as the engine would, with programs that fail or are not there. */
import { changeOf } from '../../src/engine/diff.ts'
import type { Change, State } from '../../src/engine/resource.ts'
import type { Step } from '../../src/engine/step.ts'
import { quote } from '../../src/shell/quote.ts'
import { environment } from '../../src/shell/runtime.ts'
import type { Host } from '../hosts/host.ts'
import { librariesOf } from '../resources/shells.ts'

/** What one script came to. */
export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** The programs that it started, each once. */
  readonly programs: readonly string[]
}

/** What is wrong with a program: it ends with an error that no answer of it means, or it is not there. */
export type Fault = 'fails' | 'is missing'

/** A script, and the program that is spoilt for it. */
export interface Asked {
  readonly step: Step
  readonly text: string
  readonly program?: string
  readonly fault?: Fault
  /** Writes down which programs it starts. */
  readonly traced?: true
  /** What is done to the host just before, and afterwards. */
  readonly before?: string
  readonly after?: string
}

const names = { id: 'c0ffee0123456789', secret: 'none' }
const programs = '/run/by-shell/programs'
const failing = '#!/bin/sh\necho "$0: out of order" >&2\nexit 71\n'

/**
 * Links to every program of the host, so that one can be taken out or replaced; each call writes its name down. What is in two
 * folders is the one that is found first: `ln` replaces none.
 */
const linked = `rm -rf /run/by-shell; mkdir -p ${programs} /run/by-shell/real
find -L /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin -maxdepth 1 -type f -perm /111 \
  -exec ln -s --target-directory=/run/by-shell/real '{}' + 2>/dev/null
cp -P /run/by-shell/real/* ${programs}
mkdir /run/by-shell/traced
for each in /run/by-shell/real/*; do
  name=\${each##*/}
  printf '#!/bin/sh\necho %s >>/run/by-shell/log\nexec %s "$@"\n' "$name" "$each" >"/run/by-shell/traced/$name"
done
chmod 0755 /run/by-shell/traced/*
printf '%s' ${quote(failing)} >/run/by-shell/failing; chmod 0755 /run/by-shell/failing`

/** Makes a host ready for \`askAll\`. */
export async function linkPrograms(host: Pick<Host, 'read'>): Promise<void> {
  await host.read(linked)
}

function scriptOf(
  { step, text, program, fault, traced, before = '', after = '' }: Asked,
  index: number,
): string {
  const place = `/run/by-shell/${index}`
  const link = quote(`${programs}/${program}`)
  const fails = `ln -sfn /run/by-shell/failing ${link}\n`
  const spoilt = program === undefined ? '' : fault === 'fails' ? fails : `rm -f ${link}\n`
  const mended = program === undefined ? '' : `ln -sfn ${quote(`/run/by-shell/real/${program}`)} ${link}\n`
  const whole = `${environment(names, false)}PATH=${traced ? '/run/by-shell/traced' : programs} OPS_DIR=${place} OPS_STAGE=${place}/stage
ops_wants_detail() { false; }
ops_detail() { :; }
${librariesOf(step.resource)}
${text}`
  const done = (what: string) => (what === '' ? '' : `( ${what}\n) >/dev/null 2>&1 </dev/null\n`)
  const listed = traced ? `; sort -u /run/by-shell/log >${place}/log` : ''
  return `${done(before)}: >/run/by-shell/log; printf '%s' ${quote(whole)} >${place}/script
${spoilt}timeout 60 sh ${place}/script >${place}/out 2>${place}/err </dev/null; echo $? >${place}/code${listed}
${mended}${done(after)}`
}

/** Runs them one after the other on the host. What surrounds them is built into the shell wherever it can be. */
export async function askAll(host: Pick<Host, 'exec'>, asked: readonly Asked[]): Promise<readonly Said[]> {
  if (asked.length === 0) return []
  const places = asked.map((_, index) => `/run/by-shell/${index}`).join(' ')
  const { code, stdout, stderr } = await host.exec('sh', {
    input: `for each in ${places}; do set -- "$@" "$each/stage"; done; mkdir -p "$@"
${asked.map(scriptOf).join('')}
for each in ${places}; do
  read -r code <$each/code; echo "$code"
  for said in out err log; do [ ! -s $each/$said ] || base64 -w 0 $each/$said; echo; done
done
rm -rf ${places}
`,
  })
  if (code !== 0) throw new Error(`asking failed: ${stderr}`)
  const lines = stdout.split('\n')
  const decoded = (line = '') => Buffer.from(line, 'base64').toString('utf8')
  return asked.map((_, index) => ({
    code: Number(lines[4 * index]),
    stdout: decoded(lines[4 * index + 1]),
    stderr: decoded(lines[4 * index + 2]),
    programs: decoded(lines[4 * index + 3])
      .split('\n')
      .filter(name => name !== ''),
  }))
}

/** The look of a step. */
export const lookOf = (step: Step): string => step.resource.probe(step.params).shell

/** What the engine would have the host do. */
export function applyOf({ resource, params }: Step, change: Change): string {
  const parts = resource.apply?.(change, params) ?? []
  return `set -e\n${parts.map(({ shell }) => shell).join('\n')}`
}

/** What a look makes of a step: what it would change, or why it says nothing. */
export type Verdict =
  | { readonly kind: 'change'; readonly actual: State; readonly change: Change }
  | { readonly kind: 'ok'; readonly actual: State }
  | { readonly kind: 'error'; readonly why: string }

/** As the engine reads an observation. */
export function verdictOf({ resource, params }: Step, { code, stdout, stderr }: Said): Verdict {
  if (code !== 0) return { kind: 'error', why: stderr }
  try {
    const actual = resource.parse(stdout, params)
    const change = changeOf(resource, actual, resource.desired(params))
    if (change === undefined) return { kind: 'ok', actual }
    const why = resource.impossible?.(actual, params)
    return why === undefined ? { kind: 'change', actual, change } : { kind: 'error', why }
  } catch (error) {
    return { kind: 'error', why: String(error) }
  }
}
