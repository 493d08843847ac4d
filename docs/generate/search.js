/** The search: all words must be on a page; those in its title count most. */
{
  const input = document.querySelector('nav input')
  const list = document.querySelector('nav ul')
  const most = 12
  input.form.hidden = false
  input.form.addEventListener('submit', event => {
    event.preventDefault()
    list.querySelector('a')?.click()
  })
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
    const weigh = (text, word) => (text.toLowerCase().includes(word) ? 1 : 0)
    const found = searchIndex
      .map(([path, title, about, text]) => {
        const points = words.map(word => 10 * weigh(title, word) + 3 * weigh(about, word) + weigh(text, word))
        const isTitle = title.toLowerCase() === words.join(' ') ? 50 : 0
        return {
          path,
          title,
          about,
          points: points.includes(0) ? 0 : points.reduce((a, b) => a + b, isTitle),
        }
      })
      .filter(({ points }) => points > 0)
      .sort((one, other) => other.points - one.points)
      .slice(0, words.length === 0 ? 0 : most)
    list.replaceChildren(
      ...found.map(({ path, title, about }) => {
        const item = document.createElement('li')
        const link = document.createElement('a')
        link.href = input.dataset.up + path
        link.textContent = title
        const small = document.createElement('small')
        small.textContent = about
        item.append(link, small)
        return item
      }),
    )
  })
}
