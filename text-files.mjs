/** Shell and awk have files of their own, and are text in the program: for whatever bundles or runs the sources. */

/** As esbuild's `loader`. */
export const textLoaders = { '.sh': 'text', '.awk': 'text' }

/** The same for vite. */
export const textFiles = {
  name: 'text-files',
  enforce: 'pre',
  transform: (text, id) =>
    /\.(?:sh|awk)$/.test(id) ? { code: `export default ${JSON.stringify(text)}`, map: null } : undefined,
}
