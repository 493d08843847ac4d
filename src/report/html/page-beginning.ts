/** How a page of ops begins: only such a file is written over by the next one. */
export const pageBeginning = /^<!doctype html>\s*<!-- made by ops -->/
