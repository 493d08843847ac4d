/** What recipes import from `ops-recipes`. */
export { z } from 'zod'
export { inputError } from './base/errors.ts'
export { mask, Secret } from './base/secret.ts'
export { drain } from './engine/across/drain.ts'
export type { Claim } from './engine/claims.ts'
export { type Composed, composed } from './engine/composed.ts'
export { printed } from './engine/printed.ts'
export type { Change, Finding, Resource, State, Value } from './engine/resource.ts'
export { resource, type Step, type StepOptions } from './engine/step.ts'
export { oneSelect } from './params/one-select.ts'
export { secret } from './params/secret-type.ts'
export { hostFacts, type Output, output } from './recipe/output.ts'
// With a star, so that a project can add to what is declared there.
export * from './recipe/project.ts'
export { type Recipe, type RecipeContext, recipe, type Use } from './recipe/recipe.ts'
export { on, type Site, site } from './recipe/site.ts'
export { type AtBoot, type BootLine, lastThatSets, takenOut } from './resources/boot/look.ts'
export { type Held, type NowAndAtBoot, nowAndAtBoot } from './resources/boot/now-and-at-boot.ts'
export { isNumbers, plainNumbers } from './resources/boot/plain.ts'
export * from './resources/index.ts'
export {
  lackingDirectory,
  look,
  lookLibrary,
  lookMany,
  readLook,
  refusedWay,
} from './resources/paths/look.ts'
export { neededProgram } from './resources/paths/needed-program.ts'
export { ownFile, ownFileFound, ownFileImpossible, ownFileKeys } from './resources/paths/own-file.ts'
export { ownShell, plainShell } from './resources/paths/own-shell.ts'
/** What params that name places, modes and owners may hold. */
export * as schemas from './resources/paths/params.ts'
export { tellLookLibrary } from './resources/paths/tell-look.ts'
export type { Facts } from './run/facts.ts'
export { library, type ShellLibrary } from './shell/library.ts'
export { joinShell, raw, type Shell, sh } from './shell/sh.ts'
export { wayLibrary } from './shell/write/way.ts'
export { writeLibrary } from './shell/write-library.ts'
