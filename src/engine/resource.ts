/** The contract of one kind of thing managed: all data and pure functions. */
import type { z } from 'zod'
import type { Payload } from '../run/payload.ts'
import type { Finding, KeyChange, Value } from '../run/plan.ts'
import type { ShellLibrary } from '../shell/library.ts'
import type { Shell } from '../shell/sh.ts'
import type { Around } from './around.ts'
import type { Claim } from './claims.ts'
import type { Promised, TextEdit } from './promised.ts'
import type { WayBack } from './way-back.ts'

export type { Payload } from '../run/payload.ts'
export type { Finding, KeyChange, Value } from '../run/plan.ts'

/** A flat picture of one thing: what was found, or what is wanted. */
export type State = Readonly<Record<string, Value>>

/** The keys of a state, or of any of several. */
export type Keys<Found> = Found extends unknown ? keyof Found & string : never

/** The difference of one step, made by the engine and handed to the resource's `apply`. */
export interface Change<Key extends string = string> {
  readonly actual: string extends Key ? State : { readonly [Each in Key]?: Value }
  readonly desired: string extends Key ? State : { readonly [Each in Key]?: Value }
  /** Never empty. */
  readonly keys: readonly (KeyChange & { readonly key: Key })[]
}

/** A wait on the host until what was applied holds; its exit code other than 0 fails the step. */
export interface Settle {
  readonly shell: Shell
  /** Whole seconds, enforced by the host. */
  readonly deadlineSeconds: number
}

/** What becomes of a path when a step changes it. */
export type WayOfChange = 'new file' | 'in place' | 'name' | 'nothing'

/**
 * Only changes with the same `like` are done together (none: those of `true`), and with `even` those that what the others bring may
 * move. A `slow` one runs a program that may take as long as a step may. `writes` is the path of a file whose new content is made beside it.
 */
export interface JoinedWith {
  readonly like?: string
  readonly even?: 'dependents'
  readonly slow?: boolean
  readonly writes?: string
}

/** What has to be on the host before a step can be done, and is not there. */
export interface Need {
  /** What completes "there is": "no MySQL server". */
  readonly what: string
  /** Names of packages that bring it; left out, it comes otherwise. */
  readonly packages?: RegExp
  /** What a step that is no package's moves when it brings it. */
  readonly by: readonly Claim[]
  /** What to do, in a sentence. */
  readonly next: string
}

/** A file that changes what a step makes, though no step wrote it. */
export interface Beside {
  readonly path: string
  /** What it does, as "adds to app.service or overrides it". */
  readonly what: string
  /** What it does where the step is not true beside it: an error before any change. */
  readonly wrong?: string
}

/** A documented use of a resource: shown in its docs, and a case of the conformance test. */
export interface Example<Input> {
  readonly title: string
  readonly params: Input
}

/** Where a recipe lies on this machine, for params that name local files. */
export interface PrepareContext {
  /** Folder of the recipe file that wrote the step. */
  readonly folder: string
}

/**
 * One kind of thing that can be managed. Resources never print, never connect, and never decide: the engine
 * compares `parse(observation)` with `desired`, and hands the difference to `apply`.
 */
export interface Resource<Params, Input = Params> {
  readonly type: string
  /** One sentence. */
  readonly doc: string
  /** What `ops undo` does about a step of it that changed something, as a sentence for its page; of one without `apply` there is nothing to say. */
  readonly undone?: string
  readonly params: z.ZodType<Params, Input>
  readonly examples: readonly [Example<Input>, Example<Input>, ...Example<Input>[]]
  /** What makes the step unique among its kind on one host, as a person would name it. */
  identity(params: Params): string
  /**
   * Read-only shell. Prints canonical `key=value` lines that the decision needs and nothing else: contents as a
   * hash, absence spelled one way, never a time, pid or "activating". Exit other than 0 is an error, never "absent".
   * May tell by `ops_detail INDEX`, with a text behind it or on standard input, what helps a person; that is shown, never decided on.
   */
  probe(params: Params): Shell
  /** The same bytes for many at once: each observation is followed by one line holding `$OPS_MARK` alone. */
  probeMany?(many: readonly Params[]): Shell
  /** Pure reader of what `probe` printed. Throws on text that `probe` cannot have printed. */
  parse(observation: string, params: Params): State
  /** Only the keys that matter: what is undefined is left as it is. */
  desired(params: Params): State
  /** Whether two values of a key mean the same; default: they are equal. */
  same?(key: string, actual: Value, desired: Value): boolean
  /** Shell that brings about the change, right from any state with that observation, which is `seen`; run in order with `set -e`. */
  apply?(change: Change, params: Params, seen?: string): readonly Shell[]
  /**
   * Whether this change may be done together with those of neighbouring steps of the same resource: its `apply` is one command,
   * which waits for nothing and undoes nothing of theirs. Needs `probeMany`. See docs/formats/together.md.
   */
  joins?(change: Change, params: Params): boolean | JoinedWith
  /** Awaited on the host after `apply` and before the proof. */
  settle?(params: Params): Settle | undefined
  /** What else the probe's answer depends on. What the step itself writes is always included. */
  reads?(params: Params): readonly Claim[]
  /** What applying moves. `detail` is what the probe told by `ops_detail`. Default: what it `owns`. */
  affects?(params: Params, detail: string): readonly Claim[]
  /** What is reached through what it makes, and so is another thing afterwards, though nothing in there is touched. */
  redirects?(params: Params): readonly Claim[]
  /** The symbolic link that it makes, and what it points to: what steps name below both is one thing. */
  leadsTo?(params: Params): { readonly path: string; readonly to: string } | undefined
  /** What applying may move by what it sets going: too wide to be told in a plan, and enough to know whose a surprise is. */
  stirs?(params: Params): readonly Claim[]
  /** What this change removes so that nothing on the host could put it back. `detail` as for `affects`. */
  takesAway?(change: Change, params: Params, detail: string): readonly Claim[]
  /** What would bring back what was there before this change; left out, only the files that it wrote are put back. */
  wayBack?(change: Change, params: Params): WayBack
  /** What no other step of the recipe may write, unless built on this one by name. */
  owns?(params: Params): readonly Claim[]
  /**
   * How it changes one of the single paths that it owns, from which the plan knows what stands in its way (a mount point,
   * `chattr +i`) and what becomes of other names of a file (hard links). Default: a new file takes the name, or with
   * `state: 'absent'` the name goes. `name` follows no link; whether it is that must not hang on `change`, as it is asked before.
   */
  changesBy?(path: string, params: Params, change?: Change): WayOfChange
  /** What holds once it is done, as params alone tell: steps of one recipe that promise opposite things are refused. */
  promises?(params: Params): readonly Promised[]
  /** What it does to the text of a file, as params alone tell: steps that would undo each other are refused. */
  edits?(params: Params): TextEdit | undefined
  /** Shell functions that probe and apply call. */
  readonly library?: readonly ShellLibrary[]
  /** Reads local files that params name, once, before anything is contacted. Throws OpsError `input`. */
  prepare?(params: Params, context: PrepareContext): Params
  /** Files that must be uploaded before `apply` runs. */
  payloads?(params: Params): readonly Payload[]
  /**
   * Why the wanted state cannot come about on this host, seen from the actual one and, where the look told one, the
   * detail: an error before any change.
   */
  impossible?(actual: State, params: Params, detail?: string): string | undefined
  /**
   * Which of that hardly any step mends, such as a kernel that is read-only: told in the plan even where steps before this one
   * may change what is seen, which puts all else of `impossible` off until its turn.
   */
  lasting?(actual: State, params: Params): string | undefined
  /** From the detail: a directory that must be there and is not. An error before any change, unless an earlier step may make it. */
  lacks?(detail: string, params: Params): string | undefined
  /** From the detail: a directory that is not there, which `apply` makes with those below it on its way. The plan names them. */
  makesAbove?(detail: string, params: Params): string | undefined
  /** What else must be there and is not, seen from the actual state. An error before any change, unless an earlier step may bring it. */
  needs?(actual: State, params: Params, detail: string): Need | undefined
  /** All that the observation shows to be wrong, where that is more than keys can tell. Only without `apply`. */
  findings?(observation: string, params: Params): readonly Finding[]
  /** Files that change what it makes, seen from the actual state: told of, where no step of the recipe owns them. */
  beside?(actual: State, params: Params): readonly Beside[]
  /**
   * Lines for a person beside the plan, from the detail: what a package would bring, which file wins. `said` is what a
   * probe that was asked alone wrote to stderr where there is something to do. Shown with a step that is ok, too: it has no `change`.
   */
  notes?(detail: string, params: Params, said?: string, change?: Change): readonly string[]
  /** Actual (from the detail) and desired text, for a unified diff in the plan; undefined where there is none to show. */
  texts?(detail: string, params: Params): { readonly actual: string; readonly desired: string } | undefined
  /** The probe prints nothing but shell variables, which hold no NUL: a shell that reads it again loses nothing. */
  readonly printsVariables?: true
  /** What is done on another host before and after the changes of this one. */
  around?(params: Params): Around
  /** It asks and waits, and changes nothing: whatever it finds later than the plan did is nobody's edit. */
  readonly onlyWatches?: true
  /** Its apply says by exit code 97 that it put everything back and proved it, by 96 that it could not. */
  readonly takesBack?: true
  /**
   * Its apply says by exit code 98 that it refused before it changed anything, by 95 that somebody else was faster. A proof that
   * looks otherwise than before contradicts a refusal, unless that holds whatever is seen, as new package lists say more.
   */
  readonly refuses?: true | 'whatever is seen'
  /** How long `apply` may take on the host, in whole seconds. Default 600. */
  readonly applySeconds?: number
}

/** A state as it may have been found: any of its keys may be missing. */
export type Partly<Found> = string extends Keys<Found> ? State : { readonly [Key in Keys<Found>]?: Value }

/**
 * What an author writes: the contract, with the keys of its own state in it. Params come from the schema, the state's keys
 * from `parse`.
 */
export interface Definition<Params, Input, Found, Wanted>
  extends Omit<
    Resource<NoInfer<Params>, NoInfer<Input>>,
    | 'params'
    | 'parse'
    | 'desired'
    | 'same'
    | 'apply'
    | 'impossible'
    | 'lasting'
    | 'needs'
    | 'takesAway'
    | 'wayBack'
    | 'owns'
  > {
  readonly params: z.ZodType<Params, Input>
  parse(observation: string, params: NoInfer<Params>): Found
  /** A key that `parse` does not give is an error in whichever of several states it stands. */
  desired(
    params: NoInfer<Params>,
  ): Wanted & { readonly [Key in Exclude<Keys<Wanted>, Keys<Found>>]?: `parse gives no ${Key}` }
  same?(key: Keys<Found>, actual: Value, desired: Value): boolean
  apply?(change: Change<Keys<Found>>, params: NoInfer<Params>, seen?: string): readonly Shell[]
  impossible?(actual: Partly<Found>, params: NoInfer<Params>, detail?: string): string | undefined
  lasting?(actual: Partly<Found>, params: NoInfer<Params>): string | undefined
  needs?(actual: Partly<Found>, params: NoInfer<Params>, detail: string): Need | undefined
  takesAway?(change: Change<Keys<Found>>, params: NoInfer<Params>, detail: string): readonly Claim[]
  wayBack?(change: Change<Keys<Found>>, params: NoInfer<Params>): WayBack
  /** Empty where nothing is its own: said, never left out, as the guard of our access goes by it. */
  owns(params: NoInfer<Params>): readonly Claim[]
}
