/** Shell, awk, and what a page is made of have files of their own, and are text in the program: for whatever bundles or runs the sources. */

/** As esbuild's `loader`. */
export const textLoaders = { '.sh': 'text', '.awk': 'text', '.css.txt': 'text', '.browser.js': 'text' }

/** The same for vite. */
export const textFiles = {
  name: 'text-files',
  enforce: 'pre',
  transform: (text, id) =>
    /\.(?:sh|awk|css\.txt|browser\.js)$/.test(id)
      ? { code: `export default ${JSON.stringify(text)}`, map: null }
      : undefined,
}
