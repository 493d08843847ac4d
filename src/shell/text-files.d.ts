/** Files that are part of the program as text: the build and the tests put it in their place. */
declare module '*.sh' {
  const text: string
  export default text
}

declare module '*.awk' {
  const text: string
  export default text
}

declare module '*.css.txt' {
  const text: string
  export default text
}

declare module '*.browser.js' {
  const text: string
  export default text
}
