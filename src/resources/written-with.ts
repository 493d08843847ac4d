/** What a resource of one file is written with, in one import; `docs/resource.md` says what each part is for. */
export { z } from 'zod'
export { mask, Secret } from '../base/secret.ts'
export { printed } from '../engine/printed.ts'
export { resource } from '../engine/step.ts'
export { sh } from '../shell/sh.ts'
export { type AtBoot, type BootLine, lastThatSets, takenOut } from './boot/look.ts'
export { type Held, type NowAndAtBoot, nowAndAtBoot } from './boot/now-and-at-boot.ts'
export { isNumbers, plainNumbers } from './boot/plain.ts'
export { lackingDirectory } from './paths/look.ts'
export { neededProgram } from './paths/needed-program.ts'
export { ownFile, ownFileFound, ownFileImpossible, ownFileKeys } from './paths/own-file.ts'
export { ownShell, plainShell } from './paths/own-shell.ts'
export {
  absolutePath,
  account,
  accountName,
  entryPath,
  mode,
  neededUnlessAbsent,
  oneLine,
  presence,
  secretLine,
} from './paths/params.ts'
