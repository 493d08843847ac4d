/** Packages of ops that are loaded late: one that is missing is told as that, and not as what it was needed for. */
import { inputError } from './errors.ts'

/** `purpose` ends the sentence "without which ops cannot ...". @throws OpsError `input` where the package is not there. */
export async function neededPackage<Module>(
  name: string,
  purpose: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException | undefined)?.code !== 'ERR_MODULE_NOT_FOUND') throw thrown
    throw inputError(`the package ${name} is not installed, without which ops cannot ${purpose}`, {
      detail: thrown instanceof Error ? thrown.message : String(thrown),
      next: 'Install ops again with its packages (`npm ci --omit=dev` in its own folder does it). No server was asked anything.',
    })
  }
}
