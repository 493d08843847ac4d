/** Where ops itself is installed: the folder with its package.json, recipes and templates. */
import { fileURLToPath } from 'node:url'

/** Right in the sources (src/) and in the bundle (dist/) alike: both lie one folder below it. */
export const packageFolder: string = fileURLToPath(new URL('..', import.meta.url))

/** True when this is the bundle, where shipped recipes are JavaScript already. */
export const isBuilt: boolean = !import.meta.url.endsWith('.ts')
