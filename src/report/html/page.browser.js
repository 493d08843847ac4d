/** The filter of a run's page: by what became of a host, by its name, by the names of steps. */
{
  const form = document.querySelector('form')
  const hosts = [...document.querySelectorAll('details.host')]
  const words = [...document.querySelectorAll('.words button')]
  const textOf = id => (document.getElementById(id)?.value ?? '').trim().toLowerCase()
  const pressed = () => words.filter(each => each.ariaPressed === 'true').map(each => each.dataset.word)

  const filter = () => {
    const [host, step, wanted] = [textOf('host'), textOf('step'), pressed()]
    let left = 0
    for (const each of hosts) {
      let fits =
        each.dataset.host.toLowerCase().includes(host) &&
        (wanted.length === 0 || wanted.includes(each.dataset.word))
      if (fits || step === '') {
        let steps = 0
        for (const row of each.querySelectorAll('li')) {
          const named = row.querySelector('code').textContent.toLowerCase().includes(step)
          row.hidden = !named
          if (named) steps++
        }
        if (step !== '') fits = fits && steps > 0
      }
      each.hidden = !fits
      if (fits) left++
    }
    document.body.classList.toggle('searching', step !== '')
    document.getElementById('none').hidden = left > 0 || hosts.length === 0
  }
  /** A link to a diff opens what it lies in. */
  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1))
    for (let each = target; each; each = each.parentElement) if (each.tagName === 'DETAILS') each.open = true
    if (target) target.scrollIntoView()
  }

  if (form) {
    form.hidden = false
    form.addEventListener('submit', event => event.preventDefault())
    for (const word of words)
      word.addEventListener('click', () => {
        word.ariaPressed = String(word.ariaPressed !== 'true')
        filter()
      })
    for (const id of ['host', 'step']) document.getElementById(id)?.addEventListener('input', filter)
    const quiet = document.getElementById('quiet')
    const showQuiet = () => document.body.classList.toggle('all-steps', quiet.checked)
    quiet.addEventListener('change', showQuiet)
    showQuiet()
    const fold = document.getElementById('fold')
    fold?.addEventListener('click', () => {
      const open = fold.textContent === 'unfold all'
      for (const each of hosts) if (!each.hidden) each.open = open
      fold.textContent = open ? 'fold all' : 'unfold all'
    })
  }
  document.body.classList.add('scripted')
  addEventListener('hashchange', unfold)
  unfold()
}
