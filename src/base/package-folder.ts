/** Where ops itself is installed: the folder with its package.json, recipes and templates. */
import { fileURLToPath } from 'node:url'

/** True when this is the bundle, where shipped recipes are JavaScript already. */
export const isBuilt: boolean = !import.meta.url.endsWith('.ts')

/** The bundle (dist/) lies one folder below it, this source (src/base/) two. */
export const packageFolder: string = fileURLToPath(new URL(isBuilt ? '..' : '../..', import.meta.url))
